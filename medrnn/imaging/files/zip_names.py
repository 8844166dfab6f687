"""What the files in a zip are called: the bytes of a name without a word of their encoding (APPNOTE 4.4.4, bit 11)."""

import re
from zipfile import ZipInfo

_UTF8 = 0x800  # the flag that says so
_SINGLE = re.compile(
    rb"(?:[\x00-\x7f]|[\x80-\xa5\xe1](?=[a-z0-9 ._/-]|$))*"
)  # accented letters of CP437, one by one
_SEPARATOR = re.compile(rb"(?<![\x80-\xff])\\")  # behind a byte of another kind it may be half of a character
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")  # what Chinese becomes when it is read as Japanese
_GUESSES = (
    "gb2312",
    "cp932",
    "gbk",
    "big5",
    "cp949",
    "cp437",
)  # gb2312 knows common characters only; cp437 all bytes


def _decode(raw: bytes) -> str:
    """Text from bytes in UTF-8, CP437, CP932, GBK or the like; a guess, for the eyes only."""
    if _SINGLE.fullmatch(raw):
        return raw.decode("cp437")
    for encoding in _GUESSES:
        try:
            found = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp932" or not _HALF_WIDTH.search(found):
            return found
    return raw.decode("cp437")


def name_of(info: ZipInfo) -> str:
    """The path of a file in its zip, "/" between its folders.

    A backslash is a separator too, as some programs of Windows write it, but never as the second byte of a character
    of CP932, GBK or Big5.
    """
    stored = info.orig_filename.split("\0")[0]
    if info.flag_bits & _UTF8 or info.filename != stored:
        return info.filename.replace("\\", "/")
    raw = stored.encode("cp437")  # as zipfile decoded it
    try:
        return raw.decode("utf-8").replace("\\", "/")
    except UnicodeDecodeError:
        return _decode(_SEPARATOR.sub(b"/", raw))

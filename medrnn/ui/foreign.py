"""Text that is not ours: from cards, runs, files, addresses and errors that quote them. It is shown as it is.

Streamlit takes nearly every text for Markdown: ``![](http://…)`` becomes a picture that the browser fetches. So what
was not written in this source goes through ``shown`` where Markdown is drawn, and through ``plain`` where it is not
(options of select boxes, names in components).
"""

import re
import unicodedata

import streamlit as st

MOST = 600  # characters shown of one text
KEPT = "\u200c\u200d"  # joiners that scripts and emoji are written with
JOINER = "\u2060"  # has no width; takes what Streamlit would replace within a text apart
_MARKS = str.maketrans({mark: f"&#{ord(mark)};" for mark in r"\`*_{}[]<>#|~$&^"})
_OPENING = re.compile(r"^(?:[-+=]|\d+[.)])")  # of a list, a line
_REPLACED = (
    (re.compile(r":(?=\S)"), f"&#58;{JOINER}"),  # addresses, icons, emoji, coloured text
    (re.compile(r"@(?=\S)"), f"@{JOINER}"),
    (re.compile(r"www(?=\.)", re.IGNORECASE), rf"\g<0>{JOINER}"),
    (
        re.compile(r"(?<!\S)(&#60;|&#126;|-|&#62;)(?=(?:-|=|&#62;)+(?:&#62;)?(?!\S))"),
        rf"\1{JOINER}",
    ),  # arrows
)


def plain(text: object, most: int = MOST) -> str:
    """Any text on one line, nothing in it hidden.

    Args:
        text: of anything; what has no glyph (control characters, changes of direction, halves of pairs) becomes "�",
            spaces and line breaks of any number one space.
        most: characters at most; what is cut off leaves "…".
    """
    words = " ".join(str(text)[: 4 * most].split())
    seen = "".join(c if c in KEPT or unicodedata.category(c)[0] != "C" else "\ufffd" for c in words)
    return seen if len(seen) <= most else seen[: most - 1] + "…"


def shown(text: object, most: int = MOST) -> str:
    """Markdown that shows exactly ``plain(text)``: no mark-up, picture, link, icon or formula comes of it."""
    marked = plain(text, most).translate(_MARKS)
    for pattern, replacement in _REPLACED:
        marked = pattern.sub(replacement, marked)
    return _OPENING.sub(lambda found: "".join(c if c.isdigit() else f"&#{ord(c)};" for c in found[0]), marked)


def say_error(error: object) -> None:
    """An error as one sentence, whatever it quotes."""
    st.error(shown(error))

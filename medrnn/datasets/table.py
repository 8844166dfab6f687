"""A CSV table that names the label of each image, and where it says them the split and the patient."""

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from medrnn.datasets.layout import Entry, Layout, is_hidden, require_few, split_named
from medrnn.datasets.left_out import say_left_out
from medrnn.errors import DataError

ENDS = (".csv", ".tsv")
MOST_BYTES = 16 << 20
MOST_ROWS = 100_000
COLUMNS = {  # what a column is: how people call it, letters alone
    "file": (
        "file", "filename", "filepath", "image", "imagefile", "imagename", "imagepath", "path", "name", "imageid", "id"
    ),
    "label": ("label", "class", "diagnosis", "target", "category", "dx", "labels", "finding"),
    "split": ("split", "set", "subset", "partition", "usage"),
    "patient": ("patient", "patientid", "subject", "subjectid", "case", "caseid", "person"),
}  # fmt: skip
Rows = list[dict[str, str]]


def is_table(path: str) -> bool:
    """Told by the end of its name: a table has no first bytes of its own."""
    return PurePosixPath(path).suffix.lower() in ENDS and not is_hidden(path)


def _text(raw: bytes) -> str:
    if len(raw) > MOST_BYTES:
        raise DataError(
            f"Expected a table of at most {MOST_BYTES >> 20} MB, got {len(raw) >> 20} MB. Split it."
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _rows(raw: bytes) -> Rows:
    text = _text(raw)
    head = text.partition("\n")[0]
    delimiter = max(",;\t|", key=head.count)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = [
            {title: value for title, value in row.items() if title and isinstance(value, str)}
            for row in itertools.islice(reader, MOST_ROWS)
        ]
    except csv.Error:
        rows = []
    if not rows or len(rows[0]) < 2:
        raise DataError(
            "Expected a table with a line of titles, a column of files and one of labels, got one that cannot be read "
            "so. Save it as CSV."
        )
    return rows


def _letters(title: str) -> str:
    return "".join(c for c in title.lower() if c.isalpha())


def _find(titles: Sequence[str], what: str) -> str:
    by_letters = {_letters(title): title for title in reversed(titles)}
    return next((by_letters[name] for name in COLUMNS[what] if name in by_letters), "")


class _Paths:
    """Files by what a table may call them: a path, its end, or its name with or without its end; one meaning each."""

    def __init__(self, paths: Iterable[str]) -> None:
        count: Counter[str] = Counter()
        self._named: dict[str, str] = {}
        for path in paths:
            pure = PurePosixPath(path)
            parts = pure.parts
            names = {"/".join(parts[k:]) for k in range(len(parts))}
            names |= {
                str(PurePosixPath(name).with_suffix("")) for name in names if PurePosixPath(name).suffix
            }
            count.update(names)
            self._named |= dict.fromkeys(names, path)
        self._named = {name: path for name, path in self._named.items() if count[name] == 1}

    def find(self, name: str) -> str:
        """The path; "" where the name means none, or several."""
        asked = name.strip().replace("\\", "/").removeprefix("./")
        return self._named.get(asked, "") or self._named.get(asked.rpartition("/")[2], "")


def _columns(rows: Rows, paths: _Paths) -> dict[str, str]:
    """What is what to the title of its column; by the titles, the column of files else by which names files."""
    titles = list(rows[0])
    found = {what: _find(titles, what) for what in COLUMNS}
    hits = {title: sum(bool(paths.find(row.get(title, ""))) for row in rows) for title in titles}
    best = max(titles, key=lambda title: hits[title])
    if hits[best] > hits.get(found["file"], 0):
        found["file"] = best
    rest = [title for title in titles if title not in found.values()]
    found["label"] = found["label"] or (rest[0] if len(rest) == 1 else "")
    if not found["file"] or not hits[found["file"]]:
        raise DataError(
            f"Expected a column that names the images beside the table, none of its {len(titles)} does. Call the "
            "column file, and write the names of the files there."
        )
    if not found["label"]:
        raise DataError(
            f"Expected a column of labels, got {len(titles)} columns of other titles. Call it label."
        )
    return found


def read_table(raw: bytes, paths: Iterable[str]) -> Layout:
    """The layout that a table says; images that it does not name are left out, and so are lines without an image.

    A line that says the same as another counts once; an image of which two lines say different things (label, split or
    patient) is left out, for nobody here can tell which of them is right.

    The columns are told by their titles (``COLUMNS``), that of the files also by what stands in it. A split that is
    called otherwise than ``layout.SPLITS`` knows is dealt out.

    Args:
        raw: the file, separated by comma, semicolon, tab or bar.
        paths: of the images.

    Raises:
        DataError: no table, no such columns, or fewer than two labels.
    """
    rows, every = _rows(raw), list(paths)
    known = _Paths(every)
    columns = _columns(rows, known)
    lines, counted = _lines(rows, columns, known)
    disputed = {path for path, found in lines.items() if len(found) > 1}
    told = {path: found[0] for path, found in lines.items() if path not in disputed}
    places = {label: k for k, label in enumerate(sorted({line.label for line in told.values()}, key=_order))}
    if not 2 <= len(places) <= max(2, len(told) // 2):
        left_out = "".join(f" Left out: {line}." for line in say_left_out({"disputed": len(disputed)}))
        raise DataError(
            f"Expected a few labels for all images, got {len(places)} for {len(told)}. Name the column of classes "
            f"label.{left_out}"
        )
    require_few(len(places))
    files = {path: Entry(places[line.label], line.split, patient=line.patient) for path, line in told.items()}
    left = {path: "hidden" if is_hidden(path) else "unlisted" for path in every if path not in files}
    return Layout(tuple(places), files, left | dict.fromkeys(disputed, "disputed"), counted)


@dataclass(frozen=True)
class _Line:
    """What a line says of its image."""

    label: str
    split: str
    patient: str


def _lines(
    rows: Rows, columns: Mapping[str, str], known: _Paths
) -> tuple[dict[str, list[_Line]], Counter[str]]:
    """Each image with the different things that are said of it, and what else there was, by reason."""
    counted: Counter[str] = Counter()
    found: dict[str, list[_Line]] = {}
    for row in rows:
        path = known.find(row.get(columns["file"], ""))
        label, split, patient = (row.get(columns[name], "").strip() for name in ("label", "split", "patient"))
        line = _Line(label, split_named(split), patient)
        if not path or not label:
            counted["missing" if not path else "no-label"] += 1
        elif line in found.setdefault(path, []):
            counted["repeated"] += 1
        else:
            found[path].append(line)
    return found, counted


def _order(label: str) -> tuple[bool, float, str]:
    """Numbers by their size, before words."""
    return (False, float(label), label) if label.replace(".", "", 1).isdecimal() else (True, 0.0, label)

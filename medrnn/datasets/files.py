"""The files that make a set: each is read for itself, what is no image is left out, and the set is put together."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from medrnn.datasets import patients
from medrnn.datasets.choices import Choices, Offers
from medrnn.datasets.dealing import SHARES, deal, deal_groups, singles
from medrnn.datasets.drawing import SIDES, Drawn, draw
from medrnn.datasets.layout import SPLITS, Entry, Layout, find_layout, is_hidden
from medrnn.datasets.left_out import say_left_out
from medrnn.datasets.records import Dataset, Findings, Split
from medrnn.datasets.table import is_table, read_table
from medrnn.errors import DataError, ImageError, ReadingError
from medrnn.imaging.series.members import Member, read_member
from medrnn.imaging.series.numbers import UNKNOWN, Numbered, Numbers
from medrnn.imaging.signatures import kind_of

LEAST = 3  # images of a class that can be dealt to three splits
SETTLED_BYTES = (
    64 << 20
)  # of pictures at every size; from there on one size is kept, told by the images so far
MOST_BYTES = 1 << 30  # of pictures
MOST_SIZES = 20  # of the originals that are told apart
Perform = Callable[[Any, str], Member]


@dataclass(frozen=True, eq=False)
class Item:
    """One file that is an image; its path is forgotten with it.

    Attributes:
        path: "/" between folders.
        drawn: its pictures.
        kind: of file, such as "PNG".
        patient, series, at: see ``Numbered``.
    """

    path: str
    drawn: Drawn
    kind: str
    patient: int = UNKNOWN
    series: int = UNKNOWN
    at: float | None = None


def side_for(shorts: Sequence[int]) -> int:
    """The size of a set: of ``SIDES`` the largest that is not above the median short edge, at least the smallest."""
    median = float(np.median(shorts)) if len(shorts) else 0
    return max((side for side in SIDES if side <= median), default=SIDES[0])


@dataclass(eq=False)
class Files:
    """What was read so far of the files of a set.

    Attributes:
        items: the images.
        left_out: path to the reason, of the files that are none.
        tables: path to bytes.
        sides: which sizes the pictures have.
        nbytes: of all pictures.
    """

    items: list[Item] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    tables: dict[str, bytes] = field(default_factory=dict)
    sides: tuple[int, ...] = SIDES
    nbytes: int = 0
    _numbers: Numbers = field(default_factory=Numbers)

    @property
    def salt(self) -> str:
        """What ``read_member`` is to be given for these files."""
        return self._numbers.salt

    def add(self, path: str, data: Any, perform: Perform = read_member) -> None:
        """Read one more file.

        Args:
            path: "/" between folders.
            data: its bytes, or the error with which it was unpacked.
            perform: reads a file under a salt; by default in this process.

        Raises:
            DataError: the pictures take too much room together.
        """
        if is_hidden(path):
            self.left_out[path] = "hidden"
            return
        if not isinstance(data, ImageError) and is_table(path):
            self.tables[path] = bytes(data)
            return
        if isinstance(data, ImageError) or kind_of(data) in ("", "zip"):
            self.left_out[path] = "damaged" if isinstance(data, ImageError) else "no-image"
            return
        try:
            self._take(path, self._numbers.number(perform(data, self.salt)))
        except (ImageError, ReadingError):
            self.left_out[path] = "damaged"

    def _take(self, path: str, one: Numbered) -> None:
        drawn = draw(one.study, self.sides)
        self.items.append(Item(path, drawn, one.study.kind, one.patient, one.series, one.at))
        self.nbytes += drawn.nbytes
        if self.nbytes > SETTLED_BYTES and len(self.sides) > 1:
            self._settle(side_for([min(item.drawn.size) for item in self.items]))
        if self.nbytes > MOST_BYTES:
            raise DataError(
                f"Expected images of at most {MOST_BYTES >> 20} MB together as they are learnt from, these are more. "
                "Bring fewer."
            )

    def _settle(self, side: int) -> None:
        """Keep one size only."""
        self.sides = (side,)
        for k, item in enumerate(self.items):
            kept = {key: one for key, one in item.drawn.pictures.items() if key[0] == side}
            self.items[k] = replace(item, drawn=replace(item.drawn, pictures=kept))
        self.nbytes = sum(item.drawn.nbytes for item in self.items)

    def layout(self) -> Layout:
        """Which image is of which split and class: as a table of most of them says it, else as their folders do.

        Raises:
            DataError: neither does.
        """
        paths = [item.path for item in self.items]
        wrong = None
        for _, raw in sorted(self.tables.items(), key=lambda one: (one[0].count("/"), one[0])):
            try:
                found = read_table(raw, paths)
            except DataError as error:
                wrong = wrong or error
                continue
            if 2 * len(found.files) >= len(paths):
                return found
        try:
            return find_layout(paths or self.left_out)
        except DataError as error:
            left = "".join(f" Left out: {line}." for line in say_left_out(Counter(self.left_out.values())))
            raise DataError(f"{wrong or error}{left}") from None

    def offers(self) -> Offers:
        """What there is to be chosen."""
        layout = self.layout()
        series = Counter(item.series for item in self.items if item.series != UNKNOWN)
        rules = {
            "auto": True,
            "dicom": any(item.patient != UNKNOWN for item in self.items),
            "table": any(entry.patient for entry in layout.files.values()),
            "name": True,
            "folder": any(entry.inside for entry in layout.files.values()),
            "pattern": True,
            "none": True,
        }
        return Offers(
            volumes=sum(item.drawn.frames > 1 for item in self.items),
            series=sum(count > 1 for count in series.values()),
            sides=self.sides,
            rules=tuple(rule for rule, is_there in rules.items() if is_there),
            is_dealt=set(layout.given) != set(SPLITS),
        )

    def dataset(self, name: str, choices: Choices = Choices()) -> Dataset:  # noqa: B008 (frozen)
        """The set that these files make.

        Args:
            name: of the set.
            choices: how.

        Raises:
            DataError: nothing sensible is left; says what was found.
        """
        return _Making(self, choices).make(name)


class _Making:
    """One way from the files to a set: what is left out on the way is counted."""

    def __init__(self, files: Files, choices: Choices) -> None:
        self.choices, self.layout = choices, files.layout()
        self.left = Counter(self.layout.more_left_out)
        self.left.update(files.left_out.values())
        known = self.layout.left_out.items()
        self.left.update(why for path, why in known if path not in files.left_out)
        self.items = [item for item in files.items if item.path in self.layout.files]
        self.sides = files.sides

    def _entry(self, item: Item) -> Entry:
        return self.layout.files[item.path]

    def _leave(self, why: str, stays: Callable[[Item], bool]) -> None:
        before = len(self.items)
        self.items = [item for item in self.items if stays(item)]
        self.left[why] += before - len(self.items)

    def _middles(self) -> set[str]:
        """Paths of the slices that stand for their series."""
        series: dict[tuple[int, tuple[str, ...]], list[Item]] = {}
        for item in self.items:
            series.setdefault((item.series, self._entry(item).inside), []).append(item)
        ordered = (
            sorted(some, key=lambda item: (item.at is None, item.at or 0.0, item.path))
            for (number, _), some in series.items()
            if number != UNKNOWN
        )
        return {some[len(some) // 2].path for some in ordered}

    def _few(self) -> None:
        """Leave classes out that have too few images to be learnt, or to be dealt out."""
        given = {split for split in SPLITS for item in self.items if self._entry(item).split == split}
        dealt = len(set(SPLITS) - given) + 1
        counts = Counter(
            self._entry(item).label for item in self.items if self._entry(item).split in ("", "train")
        )
        least = LEAST if not given else dealt
        self._leave("few", lambda item: counts[self._entry(item).label] >= least)
        if len({self._entry(item).label for item in self.items}) < 2:
            few = ", ".join(str(counts[k]) for k in range(len(self.layout.classes)))
            raise DataError(
                f"Expected at least {least} images of each of two classes, got {few}. Add images."
                + "".join(f" Left out: {line}." for line in say_left_out(self.left))
            )

    def _rule(self) -> tuple[str, np.ndarray | None]:
        """How patients are told, and the number of each image's."""
        rule = self.choices.patients
        entries = [self._entry(item) for item in self.items]
        found: dict[str, Callable[[], np.ndarray]] = {
            "dicom": lambda: np.array([item.patient for item in self.items], np.int64),
            "table": lambda: patients.number(entry.patient for entry in entries),
            "name": lambda: patients.by_name([item.path for item in self.items]),
            "folder": lambda: patients.number(entry.inside[0] if entry.inside else "" for entry in entries),
            "pattern": lambda: patients.by_name(
                [item.path for item in self.items], self.choices.pattern or " "
            ),
        }
        for one in ("dicom", "table") if rule == "auto" else (rule,):
            groups = found[one]() if one in found else None
            if groups is not None and (rule != "auto" or len(np.unique(groups[groups >= 0])) > 1):
                return one, groups
        return "none", None

    def _parts(
        self, labels: np.ndarray, groups: np.ndarray | None
    ) -> tuple[np.ndarray, tuple[str, ...], bool]:
        """The split of each image, which splits were dealt out here, and whether patient by patient."""
        said = np.array([self._entry(item).split for item in self.items], "<U5")
        given = [split for split in SPLITS if (said == split).any()]
        if given:
            said[said == ""] = "train"
        missing = [split for split in SPLITS if not (said == split).any()]
        if "train" in missing and given:
            raise DataError(
                f"Expected images in train, got none ({', '.join(given)} only). Call a split train, or leave splits "
                "out."
            )
        among = missing if not given else ["train", *missing]
        if len(among) < 2:
            return said, (), False
        is_open = np.isin(said, ["", "train"])
        shares = [SHARES[split] for split in among]
        shares[0] = 1 - sum(shares[1:])  # what is given was taken out of the whole before
        own = None if groups is None else groups[is_open]
        is_by_patient = own is not None and len(np.unique(singles(own))) >= len(among)
        dealt = (
            deal_groups(labels[is_open], own, shares, self.choices.seed)
            if own is not None and is_by_patient
            else deal(labels[is_open], shares, self.choices.seed)
        )
        said[is_open] = np.array(among)[dealt]
        return said, tuple(missing), is_by_patient

    def make(self, name: str) -> Dataset:
        """The set."""
        is_volume = {item.path for item in self.items if item.drawn.frames > 1}
        if self.choices.cut == "none":
            self._leave("volume", lambda item: item.path not in is_volume)
        if self.choices.series == "middle":
            middles = self._middles()
            self._leave("slice", lambda item: item.series == UNKNOWN or item.path in middles)
        self._few()
        return self._put_together(name)

    def _side(self) -> int:
        wanted = self.choices.side or side_for([min(item.drawn.size) for item in self.items])
        return wanted if wanted in self.sides else self.sides[-1]

    def _put_together(self, name: str) -> Dataset:
        side, (rule, groups) = self._side(), self._rule()
        used = sorted({self._entry(item).label for item in self.items})
        labels = np.array([used.index(self._entry(item).label) for item in self.items], np.int64)
        splits, dealt, is_by_patient = self._parts(labels, groups)
        images = [self._picture(item, side) for item in self.items]
        is_colour = any(one.ndim == 3 for one in images)
        made = {
            split: _split(np.flatnonzero(splits == split), images, labels, groups, is_colour, side)
            for split in SPLITS
        }
        sizes = Counter(f"{item.drawn.size[0]} x {item.drawn.size[1]}" for item in self.items)
        findings = Findings(
            dict(Counter(item.kind for item in self.items)),
            dict(sizes.most_common(MOST_SIZES)),
            {why: count for why, count in self.left.items() if count},
            dealt,
            rule,
            is_by_patient,
            self.choices.seed,
        )
        classes = tuple(self.layout.classes[k] for k in used)
        train, val, test = (made[split] for split in SPLITS)
        about = _about(side, is_colour, findings)
        return Dataset(name, name, classes, train, val, test, about=about, findings=findings)

    def _picture(self, item: Item, side: int) -> np.ndarray:
        return item.drawn.pictures[side, self.choices.cut if item.drawn.frames > 1 else "none"]


def _split(
    places: np.ndarray,
    images: list[np.ndarray],
    labels: np.ndarray,
    groups: np.ndarray | None,
    is_colour: bool,
    side: int,
) -> Split:
    """One split; among colours a grey picture has three equal channels."""
    shape = (side, side, 3) if is_colour else (side, side)
    made = np.empty((len(places), *shape), np.uint8)
    for k, place in enumerate(places):
        one = images[place]
        made[k] = one[..., None] if is_colour and one.ndim == 2 else one
    return Split(made, labels[places], None if groups is None else groups[places])


def _about(side: int, is_colour: bool, findings: Findings) -> str:
    """What was done, in sentences."""
    said = [f"A folder of images, brought to {side} x {side}{', in colour' if is_colour else ''}."]
    if findings.dealt:
        how = "patient by patient" if findings.is_by_patient else "within each class"
        said.append(f"{', '.join(findings.dealt)} dealt out {how}, seed {findings.seed}.")
    return " ".join(said)


def read_files(files: Iterable[tuple[str, Any]], perform: Perform = read_member) -> Files:
    """All files of a set.

    Args:
        files: path, and bytes or an error, one after the other.
        perform: reads one.
    """
    found = Files()
    for path, data in files:
        found.add(path, data, perform)
    return found

"""Files that were read to a set: what has no place in it is left out and counted, what has no split is dealt out."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from medrnn import sequences
from medrnn.datasets import patients
from medrnn.datasets.choices import Choices
from medrnn.datasets.copies import without_copies
from medrnn.datasets.dealing import SHARES, deal, deal_groups, singles
from medrnn.datasets.drawing import MOST_FILE_SLICES
from medrnn.datasets.files import Files, Item, side_for
from medrnn.datasets.layout import SPLITS, Entry
from medrnn.datasets.left_out import say_left_out
from medrnn.datasets.pixels import series_reading
from medrnn.datasets.records import Dataset, Findings, Split
from medrnn.errors import DataError
from medrnn.imaging.series.numbers import UNKNOWN

LEAST = 3  # images of a class that can be dealt to three splits
MOST_SIZES = 20  # of the originals that are told apart
MOST_COUNTS = 10  # classes whose counts a sentence lists


def make_set(files: Files, name: str, choices: Choices = Choices()) -> Dataset:  # noqa: B008 (frozen)
    """The set that some files make.

    Args:
        files: as they were read; they can be asked again with other choices.
        name: of the set.
        choices: how.

    Raises:
        DataError: nothing sensible is left; says what was found.
    """
    made = _Making(files, choices).make(name)
    return made if choices.has_copies else without_copies(made)


class _Making:
    """One way from the files to a set: what is left out on the way is counted."""

    def __init__(self, files: Files, choices: Choices) -> None:
        self.choices, self.layout = choices, files.layout()
        self.left = Counter(self.layout.more_left_out)
        self.left.update(files.left_out.values())
        self.left["hidden"] += files.beside
        known = self.layout.left_out.items()
        self.left.update(why for path, why in known if path not in files.left_out)
        self.items = [item for item in files.items if item.path in self.layout.files]
        self.sides = files.sides

    def _entry(self, item: Item) -> Entry:
        entry = self.layout.files[item.path]
        return replace(entry, split="") if self.choices.is_anew else entry

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
            few = _say_counts([counts[k] for k in range(len(self.layout.classes))])
            cure = (
                "Choose what of each volume is learnt (Volumes, or --cut)"
                if self.left["volume"]
                else "Add images"
            )
            raise DataError(
                f"Expected at least {least} images of each of two classes, got {few}. {cure}."
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
        """The set of what is left."""
        is_volume = {item.path for item in self.items if item.drawn.frames > 1}
        if self.choices.cut == "none":
            self._leave("volume", lambda item: item.path not in is_volume)
        if self._is_series:
            self._leave("single", lambda item: item.path in is_volume)
        if self.choices.series == "middle":
            middles = self._middles()
            self._leave("slice", lambda item: item.series == UNKNOWN or item.path in middles)
        self._few()
        return self._put_together(name)

    @property
    def _is_series(self) -> bool:
        """True where volumes are learnt slice by slice."""
        return self.choices.cut == "slices" and any(item.drawn.frames > 1 for item in self.items)

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
        counts = np.array([min(item.drawn.frames, MOST_FILE_SLICES) for item in self.items], np.int64)
        lengths = counts if self._is_series and counts.min() < counts.max() else None
        if lengths is not None:
            own = [series_reading(n, one[None]) for n, one in zip(counts.tolist(), images, strict=True)]
            most = int(counts.max())
            images = [
                sequences.on_sheet(one, read, read.of_slices(most))
                for one, read in zip(images, own, strict=True)
            ]
        made = {
            split: _split(np.flatnonzero(splits == split), images, labels, groups, lengths, is_colour)
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
        about, reading = _about(side, is_colour, findings, is_series=self._is_series), None
        if self._is_series:
            reading = series_reading(int(counts.max()), train.images, is_masked=lengths is not None)
            about = f"{_about_slices(counts, [item.drawn.frames for item in self.items])} {about}"
        return Dataset(name, name, classes, train, val, test, about=about, findings=findings, reading=reading)

    def _picture(self, item: Item, side: int) -> np.ndarray:
        return item.drawn.pictures[side, self.choices.cut if item.drawn.frames > 1 else "none"]


def _say_counts(counts: list[int]) -> str:
    """Images of each class; of many classes only how many at most."""
    if len(counts) <= MOST_COUNTS:
        return ", ".join(map(str, counts))
    return f"{len(counts):,} classes of {min(counts)} to {max(counts)}"


def _split(
    places: np.ndarray,
    images: list[np.ndarray],
    labels: np.ndarray,
    groups: np.ndarray | None,
    lengths: np.ndarray | None,
    is_colour: bool,
) -> Split:
    """One split; among colours a grey picture has three equal channels."""
    shape = (*images[0].shape[:2], 3) if is_colour else images[0].shape
    made = np.empty((len(places), *shape), np.uint8)
    for k, place in enumerate(places):
        one = images[place]
        made[k] = one[..., None] if is_colour and one.ndim == 2 else one
    own = (None if one is None else one[places] for one in (groups, lengths))
    return Split(made, labels[places], *own)


def _about_slices(counts: np.ndarray, frames: list[int]) -> str:
    """How many slices the series have, and whether some had more."""
    few, most = int(counts.min()), int(counts.max())
    more = sum(count > MOST_FILE_SLICES for count in frames)
    said = (
        f"Volumes of {few} slices"
        if few == most
        else f"Volumes of {few} to {most} slices, each read to its own last one"
    )
    return f"{said}; {more:,} with more are spread over {MOST_FILE_SLICES}." if more else f"{said}."


def _about(side: int, is_colour: bool, findings: Findings, *, is_series: bool) -> str:
    """What was done, in sentences."""
    what = "volumes, each slice of which is" if is_series else "images,"
    said = [f"A folder of {what} brought to {side} x {side}{', in colour' if is_colour else ''}."]
    if findings.dealt:
        how = "patient by patient" if findings.is_by_patient else "within each class"
        said.append(f"{', '.join(findings.dealt)} dealt out {how}, seed {findings.seed}.")
    return " ".join(said)

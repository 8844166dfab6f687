"""What a data set holds, before anything is trained: counts, pictures that come twice, leaks between splits."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, combinations_with_replacement, islice

import numpy as np

from medrnn import sequences
from medrnn.config import ReadingConfig
from medrnn.datasets.blocks import SIDE, block_means
from medrnn.datasets.drawing import sheet
from medrnn.datasets.layout import SPLITS
from medrnn.datasets.records import Dataset, Split
from medrnn.datasets.weak import Weak, find_weak

NEAR = 0.99  # correlation of two small pictures from which on they are
MOST = 20_000  # images of a split that are looked through for it
CHUNK = 500
MOST_PAIRS = 20_000  # that are listed of two splits, the same ones and the nearly same ones each


@dataclass(frozen=True)
class Pair:
    """Two pictures of a set that are the same, or nearly.

    Attributes:
        splits: of both, in the order of train, val, test.
        places: of both in their splits, counted from 0.
        likeness: correlation of their 16 x 16 block means; 1 where every pixel is the same.
        is_same: every pixel is the same.
        has_same_label: their classes agree.
    """

    splits: tuple[str, str]
    places: tuple[int, int]
    likeness: float
    is_same: bool
    has_same_label: bool

    @property
    def is_leak(self) -> bool:
        """True where one was learnt and the other measures, or chooses, what was learnt."""
        return self.splits[0] != self.splits[1]


@dataclass(frozen=True)
class Shared:
    """Patients that stand in two splits.

    Attributes:
        splits: both.
        patients: how many.
        images: of theirs in the second split.
    """

    splits: tuple[str, str]
    patients: int
    images: int


@dataclass(frozen=True)
class Examined:
    """What was found.

    Attributes:
        counts: split to class to number of images.
        size: (rows, columns).
        channels: "grey" or "rgb".
        pairs: pictures that are the same or nearly, the same ones first.
        looked: how many images of each split were looked through for nearly the same ones.
        is_cut: True where there are more pairs than are listed.
        patients: split to number of patients that are known; empty where nothing is known of them.
        shared: patients in two splits.
        weak: of what a measurement would say little.
        reading: of a set of series, how they lie on the pictures.
    """

    counts: Mapping[str, Mapping[str, int]]
    size: tuple[int, int]
    channels: str
    pairs: tuple[Pair, ...]
    looked: Mapping[str, int]
    is_cut: bool = False
    patients: Mapping[str, int] = field(default_factory=dict)
    shared: tuple[Shared, ...] = ()
    weak: Weak = Weak()
    reading: ReadingConfig | None = None

    @property
    def leaks(self) -> tuple[Pair, ...]:
        """The pairs over two splits."""
        return tuple(pair for pair in self.pairs if pair.is_leak)

    @property
    def conflicts(self) -> tuple[Pair, ...]:
        """The same picture under two labels."""
        return tuple(pair for pair in self.pairs if pair.is_same and not pair.has_same_label)

    @property
    def imbalance(self) -> float:
        """Images of the commonest training class for each of the rarest that is there; 1 where all are alike."""
        found = [count for count in self.counts["train"].values() if count]
        return max(found) / min(found) if found else 1.0


def _small(images: np.ndarray) -> np.ndarray:
    """(image, 256) float32 of mean 0 and length 1: the block means; zeros for a picture of one grey."""
    means = block_means(images)
    flat = (means.mean(-1) if means.ndim == 4 else means).reshape(len(images), -1)
    flat = flat - flat.mean(1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    found: np.ndarray = np.divide(flat, length, out=np.zeros_like(flat), where=length > 1e-3)
    return found


def _even(split: Split, reading: ReadingConfig | None) -> np.ndarray:
    """The pictures; of series of unlike lengths each spread over the same number of slices, so that no empty place of a
    sheet makes two of them alike."""
    if split.lengths is None or reading is None or not len(split):
        return split.images
    stacks = sequences.lines(split.images, replace(reading, direction="forward"))
    shape = (reading.patch, reading.patch, *split.images.shape[3:])
    return np.stack(
        [
            sheet(stack[:count].reshape(count, *shape), reading.slices)
            for stack, count in zip(stacks, split.lengths.tolist(), strict=True)
        ]
    )


def _digests(split: Split) -> list[bytes]:
    return [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in split.images]


def _alike(one: np.ndarray, other: np.ndarray, *, is_own: bool) -> Iterator[tuple[int, int, float]]:
    """Places in both and the correlation of every pair beyond ``NEAR``; of a split with itself each pair once."""
    for start in range(0, len(one), CHUNK):
        found = one[start : start + CHUNK] @ other.T
        for row, column in zip(*np.nonzero(found > NEAR), strict=True):
            first, second = start + int(row), int(column)
            if not is_own or first < second:
                yield first, second, min(1.0, float(found[row, column]))


def _known(split: Split) -> np.ndarray:
    """The patients of a split that are known, each once."""
    return np.unique(split.groups[split.groups >= 0]) if split.groups is not None else np.zeros(0, np.int64)


def _shared(splits: Mapping[str, Split]) -> Iterator[Shared]:
    """Patients that stand in two splits."""
    for one, other in combinations(SPLITS, 2):
        both = np.intersect1d(_known(splits[one]), _known(splits[other]))
        groups = splits[other].groups
        if len(both) and groups is not None:
            yield Shared((one, other), len(both), int(np.isin(groups, both).sum()))


def examine(data: Dataset, most: int = MOST) -> Examined:
    """Look through a set.

    Pictures that are nearly the same are told by the correlation of their 16 x 16 block means, which a change of
    brightness or a little noise leaves alone; a shift by a few pixels does not, so it finds copies and neighbours of a
    series, not every picture of one patient. Simple pictures, such as digits, are alike by nature.

    Args:
        data: any set.
        most: images of each split that are looked through for pairs.
    """
    splits: dict[str, Split] = {name: getattr(data, name) for name in SPLITS}
    counts = {
        name: dict(
            zip(data.classes, np.bincount(split.labels, minlength=len(data.classes)).tolist(), strict=True)
        )
        for name, split in splits.items()
    }
    looked = {name: split.first(min(most, len(split)) or 0) for name, split in splits.items()}
    small = {
        name: _small(_even(split, data.reading)) if len(split) else np.zeros((0, SIDE**2))
        for name, split in looked.items()
    }
    digests = {name: _digests(split) for name, split in looked.items()}
    pairs, is_cut = [], False
    for one, other in combinations_with_replacement(SPLITS, 2):
        found = {
            places[:2]: places[2]
            for places in islice(_alike(small[one], small[other], is_own=one == other), MOST_PAIRS)
        }
        same = list(islice(_same(digests[one], digests[other], is_own=one == other), MOST_PAIRS))
        is_cut |= MOST_PAIRS in (len(found), len(same))
        for first, second in same:
            found[first, second] = 1.0
        for (first, second), likeness in found.items():
            is_same = digests[one][first] == digests[other][second]
            agrees = bool(splits[one].labels[first] == splits[other].labels[second])
            pairs.append(Pair((one, other), (first, second), 1.0 if is_same else likeness, is_same, agrees))
    pairs.sort(key=lambda pair: (not pair.is_same, -pair.likeness))
    patients = {name: len(_known(split)) for name, split in splits.items()}
    return Examined(
        counts,
        data.size,
        data.channels,
        tuple(pairs),
        {name: len(split) for name, split in looked.items()},
        is_cut,
        patients if any(patients.values()) else {},
        tuple(_shared(splits)),
        find_weak(data),
        data.reading,
    )


def _same(one: list[bytes], other: list[bytes], *, is_own: bool) -> Iterator[tuple[int, int]]:
    """Places of pictures with the same digest, each pair once; also those of one grey, which have no likeness."""
    where: dict[bytes, list[int]] = {}
    for place, digest in enumerate(other):
        where.setdefault(digest, []).append(place)
    for first, digest in enumerate(one):
        for second in where.get(digest, ()):
            if not is_own or first < second:
                yield first, second

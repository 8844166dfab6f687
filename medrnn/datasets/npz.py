"""MedMNIST's layout: {train,val,test}_images (N, rows, columns[, 3]) uint8 and _labels (N, 1) in one npz file.

Where there are ``images`` and ``labels`` alone, they are dealt out to the splits, as the images of a folder are.

Volumes (N, slices, rows, columns) become images by a cut, several labels (N, L) one by a choice.
"""

import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from medrnn.config import CUTS
from medrnn.datasets.choices import Choices, Offers
from medrnn.datasets.copies import without_copies
from medrnn.datasets.dealing import SHARES, deal, deal_groups, singles
from medrnn.datasets.drawing import SIDES
from medrnn.datasets.labels import Labels, as_whole, count_labels, way_of
from medrnn.datasets.layout import SPLITS, require_few
from medrnn.datasets.matching import number_classes
from medrnn.datasets.pixels import (
    as_images,
    check_images,
    check_lengths,
    is_volume,
    known_series,
    series_reading,
    without_one,
)
from medrnn.datasets.records import Dataset, Findings, Split
from medrnn.errors import DataError

GROUPS = (
    "groups",
    "patient",
    "patients",
    "patient_id",
)  # behind the split's name: which images are of one patient
PARTS = ("images", "labels", *GROUPS)
SERIES = "series"  # of sheets of slices, see ``pixels.to_series``
WANTED = (*(f"{split}_{part}" for split in SPLITS for part in (*PARTS, "lengths")), *PARTS, SERIES)
Named = Mapping[str, np.ndarray]


def in_splits(arrays: Named) -> Named:
    """Arrays under the names of splits: where none has one, ``images`` with ``labels`` are those of train."""
    if any(f"{split}_{part}" in arrays for split in SPLITS for part in ("images", "labels")):
        return arrays
    plain = {f"train_{part}": arrays[part] for part in PARTS if part in arrays}
    return {**arrays, **plain}


def _groups(arrays: Named, split: str, count: int) -> np.ndarray | None:
    for name in GROUPS:
        found = arrays.get(f"{split}_{name}")
        if found is not None and found.size == count and found.dtype.kind in "iu":
            return found.reshape(-1).astype(np.int64)
    return None


def _read_split(arrays: Named, split: str, named: str, way: Labels, choices: Choices) -> Split:
    images = without_one(arrays[f"{split}_images"])
    check_images(images, split)
    raw = arrays[f"{split}_{named}"]
    labels = way.of(raw) if raw.size else np.zeros(0, np.int64)
    labels = as_whole(labels, raw, len(images), f"{split}_{named}")
    groups = None if choices.patients == "none" else _groups(arrays, split, len(labels))
    is_sheet = SERIES in arrays and not is_volume(images)  # as it is: another size would not be of its slices
    if is_sheet:
        lengths = check_lengths(arrays.get(f"{split}_lengths"), len(labels), split)
        return Split(images, labels, groups, lengths)
    return Split(as_images(images, split, choices), labels, groups)


def _whole(arrays: Named, named: str) -> dict[str, np.ndarray]:
    """With empty arrays for splits that are not there at all.

    Raises:
        DataError: half of a split is there, or no train.
    """
    found = dict(arrays)
    for split in ("val", "test"):
        if f"{split}_images" not in arrays and f"{split}_{named}" not in arrays and "train_images" in arrays:
            found[f"{split}_images"] = arrays["train_images"][:0]
            found[f"{split}_{named}"] = arrays.get(f"train_{named}", np.zeros(0, np.int64))[:0]
    keys = [f"{split}_{part}" for split in SPLITS for part in ("images", named)]
    missing = [key for key in keys if key not in found]
    if missing:
        raise DataError(
            f"Expected the MedMNIST keys {', '.join(keys)}, or images and {named} alone, which are then dealt out to "
            f"three splits; {missing[0]} is missing."
        )
    return found


def _joined(splits: dict[str, Split]) -> dict[str, Split]:
    """All images in train; patients where every split knows them."""
    every = [one for one in splits.values() if len(one)]
    groups = [one.groups for one in every if one.groups is not None]
    lengths = [one.lengths for one in every if one.lengths is not None]
    whole = Split(
        np.concatenate([one.images for one in every]) if every else splits["train"].images,
        np.concatenate([one.labels for one in every]) if every else splits["train"].labels,
        np.concatenate(groups) if every and len(groups) == len(every) else None,
        np.concatenate(lengths) if every and len(lengths) == len(every) else None,
    )
    empty = whole.some(slice(0))
    return {"train": whole, "val": empty, "test": empty}


def _dealt(splits: dict[str, Split], seed: int) -> tuple[dict[str, Split], Findings]:
    """Where val or test holds nothing, some of train is dealt out there."""
    missing = [split for split in ("val", "test") if not len(splits[split])]
    train = splits["train"]
    among = ["train", *missing]
    if not missing or len(train) < len(among):
        return splits, Findings(seed=seed)
    shares = [SHARES[split] for split in among]
    shares[0] = 1 - sum(shares[1:])
    groups = train.groups
    is_by_patient = groups is not None and len(np.unique(singles(groups))) >= len(among)
    parts = (
        deal_groups(train.labels, groups, shares, seed)
        if groups is not None and is_by_patient
        else deal(train.labels, shares, seed)
    )
    made = dict(splits)
    for k, split in enumerate(among):
        made[split] = train.some(parts == k)
    return made, Findings(dealt=tuple(missing), is_by_patient=is_by_patient, seed=seed)


def fitting_classes(arrays: Named, classes: tuple[str, ...]) -> tuple[str, ...]:
    """The names that a file gives its classes, where there is one for each label; none else.

    It is asked before anything is checked: labels that are no whole numbers count for nothing here, and are refused
    where the set is made.

    Args:
        arrays: by name.
        classes: as the file has them.
    """
    most = -1
    for split in SPLITS:
        labels = arrays.get(f"{split}_labels", np.zeros(0, np.int64))
        is_several = labels.ndim == 2 and labels.shape[1] > 1
        is_number = labels.dtype.kind in "iu"
        most = max(
            most, labels.shape[1] - 1 if is_several else int(labels.max(initial=0)) if is_number else 0
        )
    return classes if most < len(classes) else ()


def offers_of(arrays: Named) -> Offers:
    """What there is to be chosen of such arrays."""
    images = arrays.get("train_images", np.zeros((0, 2, 2), np.uint8))
    images = without_one(images)
    if images.ndim < 3:  # no images; refused where the set is made
        images = np.zeros((0, 2, 2), np.uint8)
    short = min(images.shape[2:4] if is_volume(images) else images.shape[1:3])
    is_known = any(f"{split}_{name}" in arrays for split in SPLITS for name in GROUPS)
    empty = any(not np.size(arrays.get(f"{split}_images", ())) for split in SPLITS)
    return Offers(
        labels=count_labels(arrays),
        volumes=len(images) if is_volume(images) else 0,
        sides=tuple(side for side in SIDES if side < short),
        rules=("given", "none") if is_known else ("none",),
        is_dealt=empty,
        is_given=not empty,
    )


def from_arrays(
    arrays: Named,
    name: str,
    *,
    choices: Choices = Choices(),  # noqa: B008 (frozen)
    classes: tuple[str, ...] = (),
    labels: str = "labels",
) -> Dataset:
    """A set from arrays under MedMNIST's names.

    Where val or test is empty, or not there, it is dealt out of train, 15 of 85 or 70 : 15 : 15 (``choices.seed``), by
    patient where the arrays name them (``{split}_groups`` or ``_patient``), and the set says so.

    Args:
        arrays: by name.
        name: of the set.
        choices: which label, which cut, which size.
        classes: names in the order of the labels; numbered where there are none.
        labels: under which name they stand behind the split's.

    Raises:
        DataError: a key is missing, an array has another layout, or a choice is needed that was not made.
    """
    found = _whole(in_splits(arrays), labels)
    way = way_of(found, labels, choices)
    splits = {split: _read_split(found, split, labels, way, choices) for split in SPLITS}
    sizes = {one.images.shape[1:] for one in splits.values() if len(one)}
    if len(sizes) > 1:
        raise DataError(
            f"Expected images of one size and kind in all splits, got {sorted(sizes)}. Bring them to one."
        )
    shape = sizes.pop() if sizes else (2, 2)
    splits = {
        split: one if len(one) else replace(one, images=one.images.reshape(0, *shape))
        for split, one in splits.items()
    }
    splits, findings = _dealt(_joined(splits) if choices.is_anew else splits, choices.seed)
    originals = Counter(
        f"{one.shape[-2]} x {one.shape[-1]}" if one.shape[-1] != 3 else f"{one.shape[-3]} x {one.shape[-2]}"
        for one in (without_one(found[f"{split}_images"]) for split in SPLITS)
        for _ in range(len(one))
    )
    count = 1 + max(int(split.labels.max(initial=0)) for split in splits.values())
    require_few(max(count, len(classes)))
    names = way.classes() or classes or number_classes(max(count, 2))
    if len(set(names)) < len(names):
        twice = next(name for k, name in enumerate(names) if name in names[:k])
        raise DataError(f"classes: expected different names, got {twice[:60]!r} twice. Rename one of them.")
    if count > len(names):
        raise DataError(f"Expected labels below {len(names)}, got {count - 1}.")
    has_groups = any(split.groups is not None for split in splits.values())
    findings = replace(
        findings,
        kinds={"npz": sum(originals.values())},
        sizes=dict(originals),
        patients="given" if has_groups else "none",
    )
    train, val, test = (splits[split] for split in SPLITS)
    about = _about(way, choices, findings)
    is_cut = is_volume(without_one(found["train_images"]))
    reading = None if is_cut else known_series(found.get(SERIES), train.images)
    for split, one in splits.items():
        if reading and one.lengths is not None and len(one) and one.lengths.max() > reading.slices:
            raise DataError(
                f"{split}_lengths: expected at most the {reading.slices} slices of a sheet, got {one.lengths.max()}. "
                "Save them again."
            )
    if choices.cut == "slices" and is_cut:
        reading = series_reading(found["train_images"].shape[1], train.images)
    made = Dataset(name, name, names, train, val, test, about=about, findings=findings, reading=reading)
    return made if choices.has_copies else without_copies(made)


def _about(way: Labels, choices: Choices, findings: Findings) -> str:
    """What was done, in sentences."""
    said = []
    if way.how == "chosen":
        said.append(f"Of several labels the one of place {way.column + 1}, as yes or no.")
    if choices.cut != "none":
        said.append(f"Of volumes {CUTS[choices.cut].lower()}.")
    if findings.dealt:
        how = "patient by patient" if findings.is_by_patient else "within each class"
        names = " and ".join(findings.dealt)
        if choices.is_anew:
            said.append(f"All images dealt out anew {how}, seed {findings.seed}.")
        else:
            said.append(f"No images in {names}: dealt out of train {how}, seed {findings.seed}.")
    return " ".join(said)


def read_npz(
    path: Path,
    *,
    name: str = "",
    title: str = "",
    classes: tuple[str, ...] = (),
    about: str = "",
    licence: str = "not stated",
    labels: str = "labels",
    choices: Choices = Choices(),  # noqa: B008 (frozen)
) -> Dataset:
    """Read a MedMNIST npz file.

    Args:
        path: the file. Pickled arrays are refused.
        name: its id, by default the file's name without its end; ``title`` likewise.
        title: what a page calls it.
        classes: names in the order of the labels; those in the file's own array "classes", or numbered, where there
            are none.
        about: sentences: what the images are, and whence; by default what was done while it was read.
        licence: of the images.
        labels: under which name they stand behind the split's.
        choices: see ``from_arrays``.

    Returns:
        Dataset: images uint8 (image, row, column) or (image, row, column, 3), labels int64 (image,).

    Raises:
        DataError: not an npz file, or see ``from_arrays``.
    """
    wanted = (*WANTED, *(f"{split}_{labels}" for split in SPLITS))
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            held = in_splits({key: arrays[key] for key in dict.fromkeys(wanted) if key in arrays})
            named = arrays.get("classes", np.zeros(0))
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, AttributeError):
        raise DataError("Expected an npz file as MedMNIST publishes them; this one cannot be read.") from None
    stem = Path(path).stem
    if not classes and named.dtype.kind == "U" and named.ndim == 1:
        classes = fitting_classes(held, tuple(map(str, named)))
    found = from_arrays(held, name or stem, choices=choices, classes=classes, labels=labels)
    return replace(found, title=title or stem, about=about or found.about, licence=licence)

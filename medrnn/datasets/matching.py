"""The labels of a set as those of a model: classes are the same where their names are, never where their places are."""

from dataclasses import replace

import numpy as np

from medrnn.datasets.records import Dataset, Split
from medrnn.errors import DataError

MOST_NAMED = 5  # classes in a sentence
WAYS = {"name": "by their names", "number": "by their numbers, the set names none"}


def number_classes(count: int) -> tuple[str, ...]:
    """How classes are called that nobody named: class 0, class 1 and so on."""
    return tuple(f"class {k}" for k in range(count))


def way_to_match(data: Dataset, classes: tuple[str, ...]) -> str:
    """How the classes of a set become those of a model: a key of ``WAYS``, "" where they cannot.

    Args:
        data: any set.
        classes: names of the model's, in the order of its answers.
    """
    if set(data.classes) <= set(classes):
        return "name"
    is_numbered = data.classes == number_classes(len(data.classes))
    return "number" if is_numbered and len(data.classes) <= len(classes) else ""


def match_classes(data: Dataset, classes: tuple[str, ...], model: str) -> Dataset:
    """The set with the classes of a model, in the order of its answers; a set may lack some of them.

    The labels of a file that names no classes are taken as the places of the model's.

    Args:
        data: any set.
        classes: names of the model's.
        model: its id, for the sentence.

    Raises:
        DataError: the set has a class that the model does not know.
    """
    way = way_to_match(data, classes)
    if not way:
        strange = [name for name in data.classes if name not in classes]
        raise DataError(
            f"Expected only classes of {model} ({_named(classes)}), got {_named(strange)}. Call them as the model "
            "does, or choose one that learnt from such classes."
        )
    if data.classes == classes:
        return data
    places = np.array([classes.index(name) if way == "name" else k for k, name in enumerate(data.classes)])
    train, val, test = (_moved(split, places) for split in (data.train, data.val, data.test))
    return replace(data, classes=classes, train=train, val=val, test=test)


def _moved(split: Split, places: np.ndarray) -> Split:
    return replace(split, labels=places[split.labels].astype(np.int64))


def _named(names: tuple[str, ...] | list[str]) -> str:
    said = ", ".join(repr(name[:60]) for name in names[:MOST_NAMED])
    return said + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")

"""How classes are called where people read them; in files, addresses and ``--json`` they keep their ids."""

from collections.abc import Sequence

DIGITS = tuple("0123456789")


def name_classes(classes: Sequence[str]) -> tuple[str, ...]:
    """The ids as people read them: the ten digits as "digit 0" to "digit 9", all others as they are."""
    return tuple(f"digit {name}" for name in classes) if tuple(classes) == DIGITS else tuple(classes)


def name_class(name: str, classes: Sequence[str]) -> str:
    """One of the classes as people read it."""
    return dict(zip(classes, name_classes(classes), strict=True))[name]

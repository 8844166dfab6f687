"""What may be chosen of a set before it is one: which label, which cut, which size, how patients are told."""

from dataclasses import dataclass

from medrnn.config import CUTS
from medrnn.datasets.drawing import SIDES
from medrnn.datasets.patients import RULES
from medrnn.errors import DataError

SERIES = {"each": "Each slice is an image", "middle": "The middle slice of each series"}


@dataclass(frozen=True)
class Choices:
    """How a set is made of what was brought.

    Attributes:
        label: which of several labels is learnt, counted from 0; None where none is chosen.
        cut: a key of ``CUTS``, what a volume becomes.
        series: a key of ``SERIES``, what the files of one DICOM series become.
        side: pixels of the images, one of ``SIDES``; 0 lets it follow from the images.
        patients: a key of ``RULES``.
        pattern: a regular expression, for the rule "pattern".
        seed: of the dealing.
        is_anew: True deals all images out, whatever splits were given.
        has_copies: False leaves out what stands there twice (``copies.without_copies``).
    """

    label: int | None = None
    cut: str = "none"
    series: str = "each"
    side: int = 0
    patients: str = "auto"
    pattern: str = ""
    seed: int = 0
    is_anew: bool = False
    has_copies: bool = True

    def __post_init__(self) -> None:
        for name, value, known in (
            ("cut", self.cut, CUTS),
            ("series", self.series, SERIES),
            ("side", self.side, (0, *SIDES)),
            ("patients", self.patients, RULES),
        ):
            if value not in known:
                raise DataError(
                    f"{name}: expected one of {', '.join(map(str, known))}, got {str(value)[:40]!r}."
                )


@dataclass(frozen=True)
class Offers:
    """What there is to be chosen of what was brought.

    Attributes:
        labels: how many labels an image has; 1 leaves no choice.
        volumes: how many images are volumes.
        series: how many DICOM series there are with several files.
        sides: which sizes can be chosen.
        rules: by which patients can be told, keys of ``RULES``.
        is_dealt: True where splits are dealt out here.
        is_given: True where splits were given.
    """

    labels: int = 1
    volumes: int = 0
    series: int = 0
    sides: tuple[int, ...] = SIDES
    rules: tuple[str, ...] = ("none",)
    is_dealt: bool = True
    is_given: bool = False

"""What is known of the test images of a shipped data set beside their labels: groups, and which are of one patient."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from medrnn.datasets.shipped import DATA

KINDS = ("normal", "bacteria", "virus")


@dataclass(frozen=True, eq=False)
class Metadata:
    """Facts about each test image.

    Attributes:
        groups: title to (image,) names of the group that each is in, "" where it is not known.
        patients: (image,) a number for each patient, None where nobody published it.
    """

    groups: Mapping[str, np.ndarray]
    patients: np.ndarray | None = None

    def among(self, rows: np.ndarray) -> "Metadata":
        """The same of some of the images, (image,) indices."""
        patients = None if self.patients is None else self.patients[rows]
        return Metadata({title: names[rows] for title, names in self.groups.items()}, patients)


NOTHING = Metadata({})


def _lungs(masks: np.ndarray, has_lungs: np.ndarray) -> np.ndarray:
    """How much of the picture the outlined lungs fill: below or above the median of those that are outlined."""
    share = masks.reshape(len(masks), -1).mean(1)
    middle = float(np.median(share[has_lungs]))
    names = np.where(share < middle, f"below {100 * middle:.0f} %", f"{100 * middle:.0f} % and more")
    return np.where(has_lungs, names, "")


def _chest64(*, with_kinds: bool) -> Callable[[], Metadata]:
    def read() -> Metadata:
        with np.load(DATA / "chest64" / "chest64.npz", allow_pickle=False) as arrays:
            groups = (
                {"Kind, by the laboratory": np.asarray(KINDS)[arrays["test_subtype"]]} if with_kinds else {}
            )
            groups["Lungs' share of the picture"] = _lungs(arrays["test_lungs"], arrays["test_has_lungs"])
            return Metadata(groups, arrays["test_patient"])

    return read


READERS = {"chest64": _chest64(with_kinds=True), "chest64-kinds": _chest64(with_kinds=False)}


def metadata_of(name: str) -> Metadata:
    """What is known of the test images of a data set; nothing of one that is not shipped, or publishes no more.

    Args:
        name: of the set.
    """
    return READERS[name]() if name in READERS else NOTHING

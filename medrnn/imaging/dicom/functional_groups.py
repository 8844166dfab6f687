"""Where an enhanced multi-frame object keeps what a classic one has at the top (PS3.3 C.7.6.16)."""

from pydicom.dataset import Dataset

from medrnn.imaging.dicom.elements import value_of


def frame_macros(ds: Dataset, name: str, frames: int) -> list[Dataset]:
    """For each frame what holds a macro's tags: its own group, the shared one, else the object itself.

    Args:
        ds: the object.
        name: keyword of the macro's sequence, such as "PixelMeasuresSequence".
        frames: how many there are.
    """
    shared = value_of(ds, "SharedFunctionalGroupsSequence") or [Dataset()]
    common = (value_of(shared[0], name) or [ds])[0]
    own = value_of(ds, "PerFrameFunctionalGroupsSequence") or []
    if len(own) != frames:
        return [common] * frames
    return [(value_of(group, name) or [common])[0] for group in own]


def sort_groups(ds: Dataset, order: list[int]) -> None:
    """Bring what each frame has of its own into the order of the frames.

    Args:
        ds: the object, which is changed.
        order: the file's frames, counted from 0, in the order wanted.
    """
    own = value_of(ds, "PerFrameFunctionalGroupsSequence") or []
    if len(own) == len(order):
        ds.PerFrameFunctionalGroupsSequence = [own[k] for k in order]


def say_unmatched(ds: Dataset, frames: int, notes: list[str]) -> None:
    """A warning where the groups of single frames are not as many as the frames, and so belong to none."""
    own = value_of(ds, "PerFrameFunctionalGroupsSequence") or []
    if len(own) not in (0, frames):
        notes.append(f"The file describes {len(own)} single frame(s) and has {frames}; this was left out.")

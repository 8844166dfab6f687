"""Where an enhanced multi-frame object keeps what a classic one has at the top (PS3.3 C.7.6.16)."""

from pydicom.dataset import Dataset


def frame_macros(ds: Dataset, name: str, frames: int) -> list[Dataset]:
    """For each frame the data set that holds a macro's tags: its own group, the shared one, else the object itself.

    Args:
        ds: the object.
        name: keyword of the macro's sequence, such as "PixelMeasuresSequence".
        frames: how many there are.
    """
    shared = ds.get("SharedFunctionalGroupsSequence") or []
    common = shared[0][name][0] if shared and name in shared[0] and len(shared[0][name].value) else ds
    own = ds.get("PerFrameFunctionalGroupsSequence") or []
    if len(own) != frames:
        return [common] * frames
    return [group[name][0] if name in group and len(group[name].value) else common for group in own]

"""Members of one DICOM series to one study of many frames, in the order of their place in the patient."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from medrnn.errors import ImageError
from medrnn.imaging.limits import LIMIT_BYTES
from medrnn.imaging.series import places
from medrnn.imaging.series.joining import bounded, join
from medrnn.imaging.series.members import Member, read_member
from medrnn.imaging.series.places import Slice
from medrnn.imaging.series.volumes import Volume, split
from medrnn.types import Study

SAME_DIRECTION = (
    1e-3  # largest difference of direction cosines within a series; files round to 1e-6 and worse
)
SAME_SPACING = 1e-3  # relative
FEWEST = 3  # files with a series of their own each that are taken for one volume
OWN_SERIES = (
    "Each file names a series or frame of reference of its own; they are put together by their place."
)
_ALIKE = ("Kind of object", "Modality", "View", "ViewPosition", "Laterality")  # tags on the white list
_Key = tuple[object, ...]


def _kind(member: Slice) -> _Key:
    """What must be equal within a stack, beside its series."""
    study = member.study
    colour = None if study.colour is None else study.colour.dtype
    alike = tuple(tag for tag in study.tags if tag[0] in _ALIKE)
    return (study.stored.shape, study.photometric, study.inverted, study.unit, colour, alike)


def _are_near(a: ArrayLike | None, b: ArrayLike | None, absolute: float, relative: float) -> bool:
    if a is None or b is None:
        return a is b
    return np.allclose(a, b, atol=absolute, rtol=relative)


def _fits(a: Slice, b: Slice) -> bool:
    is_parallel = _are_near(a.orientation, b.orientation, SAME_DIRECTION, 0)
    return is_parallel and _are_near(a.study.spacing_mm, b.study.spacing_mm, 0, SAME_SPACING)


def _group(members: Iterable[Slice], key: Callable[[Slice], _Key]) -> list[list[Slice]]:
    """Stacks in the order of their first file."""
    found: dict[_Key, list[list[Slice]]] = {}
    for member in members:
        stacks = found.setdefault((*key(member), *_kind(member)), [])
        fitting = next((stack for stack in stacks if _fits(stack[0], member)), None)
        if fitting is None:
            stacks.append([member])
        else:
            fitting.append(member)
    return [stack for stacks in found.values() for stack in stacks]


def _once(stack: Sequence[Slice]) -> tuple[list[Slice], list[str]]:
    """Without copies, told by their own UID and place, or by their bytes; and what is said of them.

    A UID that slices of other places, numbers or marks carry too is no name of one image.
    """
    once: dict[_Key, Slice] = {}
    others = 0
    for m in stack:
        place = None if m.position is None else tuple(m.position.tolist())
        key: _Key = (m.same, place, m.location, m.instance, m.marks) if m.same else (m.study.key,)
        first = once.setdefault(key, m)
        others += first is not m and not np.array_equal(first.study.stored, m.study.stored)
    doubled = len(stack) - len(once)
    notes = [f"{doubled} file(s) came twice; each is read once."] if doubled else []
    notes += [f"{others} of them with other pixels; the first is shown."] if others else []
    return list(once.values()), notes


def _say(slices: Sequence[Slice], how: str) -> list[str]:
    if how != places.POSITION:
        return places.say_order(slices, how)
    return places.say_distances(np.array([m.place for m in slices]))


def _study(volume: Volume, how: str, notes: Sequence[str]) -> Study:
    """One volume; what counts most of what is said of it stands first."""
    studies = [m.study for m in volume.slices]
    geometry = places.geometry_of(volume.slices)
    if len(studies) == 1:
        found = replace(studies[0], geometry=geometry, warnings=bounded([*notes, *studies[0].warnings]))
    else:
        said = [*notes, *places.say_shift(geometry), *_say(volume.slices, how)]
        found = join(studies, how, geometry, said)
    return replace(found, applied=(*volume.choices, *found.applied))


def _stack(stack: Sequence[Slice], notes: Sequence[str] = ()) -> list[tuple[int, Study]]:
    """The volumes of what belongs together, in order, each with the index of its first file."""
    once, doubled = _once(stack)
    placed, how = places.place_all(once)
    return [(min(m.index for m in v.slices), _study(v, how, [*notes, *doubled])) for v in split(placed)]


def _is_volume(stack: Sequence[Slice]) -> bool:
    """True where every file says where it lies, and each volume of them has several places, each once."""
    placed, how = places.place_all(_once(stack)[0])
    volumes = split(placed)
    is_apart = all(len(places.at_each_place(v.slices)) == len(v.slices) > 1 for v in volumes)
    return how != places.NUMBER and is_apart


def _gather(
    stacks: list[list[Slice]], key: Callable[[Slice], _Key], fewest: int
) -> tuple[list[list[Slice]], ...]:
    """Single slices that make a volume together where a file's series or frame of reference is its own; the rest."""
    alone = [stack[0] for stack in stacks if len(stack) == 1]
    made = [group for group in _group(alone, key) if len(group) >= fewest and _is_volume(group)]
    used = {m.index for group in made for m in group}
    return made, [stack for stack in stacks if stack[0].index not in used]


def _stack_all(slices: Sequence[Slice]) -> list[list[tuple[int, Study]]]:
    """The volumes of each series."""
    rest = _group(slices, lambda m: (m.series, m.frame))
    by_series, rest = _gather(rest, lambda m: (m.series,), 2)
    by_exam, rest = _gather(rest, lambda m: (m.exam,), FEWEST)
    found = [_stack(stack) for stack in rest]
    return found + [_stack(stack, [OWN_SERIES]) for stack in (*by_series, *by_exam)]


def _single_all(alone: Sequence[Slice]) -> list[list[tuple[int, Study]]]:
    """What is no part of a series, each by itself; copies of one object once."""
    found = []
    for stack in _group(alone, lambda m: (m.same or m.index,)):
        once, notes = _once(stack)
        found += [[(m.index, replace(m.study, warnings=(*notes, *m.study.warnings)))] for m in once]
    return found


def stack(found: Iterable[Member | ImageError]) -> list[tuple[int, Study | ImageError]]:
    """Stack what belongs together; see ``read_series``.

    Args:
        found: one a file, in the order of the files; an error stays what it is.

    Raises:
        ImageError: all decoded pixels together take more than ``LIMIT_BYTES``.
    """
    slices: list[Slice] = []
    alone: list[Slice] = []
    made: list[Sequence[tuple[int, Study | ImageError]]] = []
    total = 0
    for index, member in enumerate(found):
        if isinstance(member, ImageError):
            made.append([(index, member)])
            continue
        total += member.study.nbytes
        if total > LIMIT_BYTES:
            raise ImageError(
                f"Expected files of at most {LIMIT_BYTES >> 20} MB of pixels together, these are more. Open fewer "
                "files at a time, a series by itself."
            )
        (slices if member.series else alone).append(Slice(**vars(member), index=index))
    made += [*_stack_all(slices), *_single_all(alone)]
    in_order = sorted(made, key=lambda volumes: min(index for index, _ in volumes))
    return [volume for volumes in in_order for volume in volumes]


def _each(files: Iterable[bytes], reader: Callable[[bytes], Member]) -> Iterable[Member | ImageError]:
    for data in files:
        try:
            yield reader(data)
        except ImageError as wrong:
            yield wrong


def read_series(
    files: Iterable[bytes], reader: Callable[[bytes], Member] = read_member
) -> list[tuple[int, Study | ImageError]]:
    """Decode files and stack those of one DICOM series; a file that cannot be read does not stop the others.

    A stack holds the single-frame files of one series (and frame of reference) with the same size, orientation,
    spacing, photometric interpretation, unit and view. Frames are sorted by the projection of the image position
    on the normal, row x column direction (PS3.3 C.7.6.2.1.1), else by slice location, else by instance number.
    Copies are left out by their own UID. Several slices at each place become volumes of their own
    (``volumes.split``), one after the other. Rescaling was done file by file. Gaps, missing and doubled slices become
    warnings; slices count from 1.

    Args:
        files: whole files, in any order.
        reader: decodes one; by default in this process.

    Returns:
        (index, study or error): the index is that of the first file of each study, and they come in its order, the
        volumes of one series together.

    Raises:
        ImageError: all decoded pixels together take more than ``LIMIT_BYTES``.
    """
    return stack(_each(files, reader))

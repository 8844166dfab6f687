"""Members of one DICOM series to one study of many frames, in the order of their place in the patient."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from medrnn.errors import ImageError
from medrnn.imaging.grids import SHIFT_MM
from medrnn.imaging.limits import LIMIT_BYTES
from medrnn.imaging.series.members import Member, read_member
from medrnn.imaging.windowing import compute_window, window_step
from medrnn.types import Applied, Geometry, Study, Window

SAME_DIRECTION = (
    1e-3  # largest difference of direction cosines within a series; files round to 1e-6 and worse
)
SAME_SPACING = 1e-3  # relative
SAME_PLACE = 0.01  # mm
USUAL = 0.02  # of the usual distance: how far a distance may be off before it is reported
NAMED = 3  # places that a warning names
MOST_WARNINGS = 12
_ALIKE = ("Kind of object", "Modality", "View", "ViewPosition", "Laterality")  # tags on the white list


@dataclass(frozen=True, eq=False)
class _Slice(Member):
    """A member with its index among the files."""

    index: int = 0

    @property
    def place(self) -> float:
        """mm along the normal of the image, else the instance number."""
        if self.position is None or self.orientation is None:
            return self.instance or 0.0
        return float(self.position @ _normal(self.orientation))


def _normal(orientation: np.ndarray) -> np.ndarray:
    """Row x column direction, of length 1."""
    found = np.cross(orientation[:3], orientation[3:])
    return found / np.linalg.norm(found)


def _kind(member: _Slice) -> tuple[object, ...]:
    """What must be equal within a stack."""
    study = member.study
    colour = None if study.colour is None else study.colour.dtype
    alike = tuple(tag for tag in study.tags if tag[0] in _ALIKE)
    shape = study.stored.shape
    return (member.series, shape, study.photometric, study.inverted, study.unit, colour, alike)


def _are_near(a: np.ndarray | None, b: np.ndarray | None, absolute: float, relative: float) -> bool:
    if a is None or b is None:
        return a is b
    return np.allclose(a, b, atol=absolute, rtol=relative)


def _fits(a: _Slice, b: _Slice) -> bool:
    spacing = [None if s is None else np.array(s) for s in (a.study.spacing_mm, b.study.spacing_mm)]
    return _are_near(a.orientation, b.orientation, SAME_DIRECTION, 0) and _are_near(*spacing, 0, SAME_SPACING)


def _group(members: Iterable[_Slice]) -> list[list[_Slice]]:
    """Stacks in the order of their first file."""
    found: dict[tuple[object, ...], list[list[_Slice]]] = {}
    for member in members:
        stacks = found.setdefault(_kind(member), [])
        fitting = next((stack for stack in stacks if _fits(stack[0], member)), None)
        if fitting is None:
            stacks.append([member])
        else:
            fitting.append(member)
    return [stack for stacks in found.values() for stack in stacks]


def _places(which: list[int]) -> str:
    """ "slice 3, 8, 9 and 4 more"; slices are counted from 1."""
    more = f" and {len(which) - NAMED} more" if len(which) > NAMED else ""
    return "slice " + ", ".join(str(i + 1) for i in which[:NAMED]) + more


def _say_distances(places: np.ndarray, notes: list[str]) -> float | None:
    """Doubled places, missing slices and gaps; returns the usual distance in mm."""
    steps = np.diff(places)
    doubled = [i for i, step in enumerate(steps) if step < SAME_PLACE]
    if doubled:
        notes.append(
            f"{len(doubled)} slice(s) lie at the place of the one before (after {_places(doubled)}): "
            "phases, echoes or copies."
        )
    apart = np.sort(steps[steps >= SAME_PLACE])
    if not apart.size:
        return None
    usual = float(apart[(apart.size - 1) // 2])
    slack = max(SAME_PLACE, USUAL * usual)
    for i, step in enumerate(steps):
        if step < SAME_PLACE or abs(step - usual) <= slack:
            continue
        whole = round(step / usual)
        what = f"a gap of {step:.4g} mm after slice {i + 1}"
        if whole >= 2 and abs(step - whole * usual) <= slack:
            notes.append(f"Slices are missing: {what}, where {whole - 1} of {usual:.4g} mm should follow.")
        else:
            notes.append(f"Slice distance varies: {usual:.4g} mm as a rule, {what}.")
    return usual


def _shift(stack: list[_Slice]) -> float:
    """How many mm slices lie sideways of the first one at most, as with a tilted gantry."""
    positions = np.array([m.position for m in stack])
    normal = _normal(stack[0].orientation)
    beside = positions - np.outer(positions @ normal, normal)
    return float(np.abs(beside - beside[0]).max())


def _join(arrays: list[np.ndarray]) -> np.ndarray:
    """One array of the smallest type that holds all; float32 where whole numbers meet fractions."""
    kinds = {a.dtype for a in arrays}
    dtype = np.result_type(*kinds)
    if len(kinds) > 1 and dtype.kind == "f" and np.dtype(np.float64) not in kinds:
        dtype = np.dtype(np.float32)
    return np.concatenate([a.astype(dtype, copy=False) for a in arrays])


def _padding(studies: list[Study]) -> np.ndarray | None:
    if all(s.padding is None for s in studies):
        return None
    return np.concatenate(
        [np.zeros(s.stored.shape[:3], bool) if s.padding is None else s.padding for s in studies]
    )


def _overlay_bits(studies: list[Study]) -> np.ndarray | None:
    """The planes of all slices, plane by plane; a slice without them has none drawn."""
    if all(s.overlay_bits is None for s in studies):
        return None
    bits = [
        np.zeros(s.stored.shape[:3], np.uint8) if s.overlay_bits is None else s.overlay_bits for s in studies
    ]
    return _join(bits)


def _overlay_kinds(studies: list[Study]) -> tuple[str, ...]:
    return max((s.overlay_kinds for s in studies), key=len)


def _window(studies: list[Study], values: np.ndarray, padding: np.ndarray | None, notes: list[str]) -> Window:
    """The first slice's; where that was computed from 16 bits or more, one computed from all slices."""
    first = studies[0].window
    if first.source == "computed" and values.dtype != np.uint8 and values.ndim == 3:
        return compute_window(values, padding)
    if any(s.window != first for s in studies):
        notes.append("The slices bring different windows; that of the first is used for all.")
    return first


def _applied(studies: list[Study], how: str, window: Window) -> tuple[Applied, ...]:
    """What was done to every slice; rescaling that differs is said once."""
    first, *others = (s.applied for s in studies)
    common = [
        a for a in first if all(a in other for other in others) and a.name not in ("window", "overlays")
    ]
    is_rescaled = any(a.name == "rescale" for s in studies for a in s.applied)
    if is_rescaled and not any(a.name == "rescale" for a in common):
        common.insert(0, Applied("rescale", (("each", "slice"),)))
    before = [a for a in common if a.name in ("rescale", "modality-lut", "palette", "ybr-to-rgb")]
    after = [a for a in common if a not in before]
    shown = [window_step(window)] if studies[0].values.ndim == 3 and studies[0].colour is None else []
    planes = len(_overlay_kinds(studies))
    drawn = [Applied("overlays", (("planes", planes),))] if planes else []
    sort = Applied("sort", (("files", len(studies)), ("by", how)))
    return (sort, *before, *shown, *after, *drawn)


def _geometry(stack: list[_Slice], usual: float | None = None) -> Geometry | None:
    first = stack[0]
    if first.position is None or first.orientation is None:
        return None
    steps, slack = np.diff([m.place for m in stack]), max(SAME_PLACE, USUAL * (usual or 0))
    is_even = usual is None or bool((np.abs(steps - usual) <= slack).all())
    return Geometry(
        tuple(first.position.tolist()), tuple(first.orientation.tolist()), usual, is_even, _shift(stack)
    )


def _say_numbers(stack: list[_Slice], notes: list[str]) -> None:
    notes.append("The files say no position; they stand in the order of their numbers.")
    doubled = [i for i in range(len(stack) - 1) if stack[i].place == stack[i + 1].place]
    if doubled:
        notes.append(f"{len(doubled)} slice(s) have the number of the one before (after {_places(doubled)}).")


def _order(stack: list[_Slice], notes: list[str]) -> list[_Slice]:
    """Sorted by place, then number; the same bytes given twice are taken once."""
    once = list({m.study.key: m for m in reversed(stack)}.values())
    if len(once) < len(stack):
        notes.append(f"{len(stack) - len(once)} file(s) came twice; each is read once.")
    return sorted(once, key=lambda m: (round(m.place, 2), m.instance or 0, m.index))


def _stack(stack: list[_Slice]) -> Study:
    notes: list[str] = []
    stack = _order(stack, notes)
    if len(stack) == 1:
        only = stack[0].study
        return replace(only, geometry=_geometry(stack), warnings=(*notes, *only.warnings))
    usual, how = None, "instance number"
    if stack[0].position is None:
        _say_numbers(stack, notes)
    else:
        usual, how = _say_distances(np.array([m.place for m in stack]), notes), "position along the normal"
    geometry = _geometry(stack, usual)
    if geometry and geometry.shift_mm > SHIFT_MM:
        notes.append(
            f"Slices are shifted sideways by up to {geometry.shift_mm:.4g} mm, as with a tilted gantry."
        )
    studies = [m.study for m in stack]
    first = studies[0]
    stored = _join([s.stored for s in studies])
    is_same = all(s.values is s.stored for s in studies)
    values = stored if is_same else _join([s.values for s in studies])
    colour = None if first.colour is None else np.concatenate([s.colour for s in studies])
    padding = _padding(studies)
    window = _window(studies, values, padding, notes)
    notes += [note for s in studies for note in s.warnings]
    unique = list(dict.fromkeys(notes))
    if len(unique) > MOST_WARNINGS:
        unique = [*unique[:MOST_WARNINGS], f"{len(unique) - MOST_WARNINGS} more warnings are not shown."]
    return replace(
        first,
        key=hashlib.sha256("".join(sorted(s.key for s in studies)).encode()).hexdigest(),
        stored=stored,
        values=values,
        colour=colour,
        padding=padding,
        window=window,
        overlay_bits=_overlay_bits(studies),
        overlay_kinds=_overlay_kinds(studies),
        transfer_syntax=first.transfer_syntax if len({s.transfer_syntax for s in studies}) == 1 else None,
        tags=tuple(tag for tag in first.tags if all(tag in s.tags for s in studies)),
        applied=_applied(studies, how, window),
        warnings=tuple(unique),
        geometry=geometry,
    )


def stack(found: Iterable[Member | ImageError]) -> list[tuple[int, Study | ImageError]]:
    """Stack what belongs together; see ``read_series``.

    Args:
        found: one a file, in the order of the files; an error stays what it is.

    Raises:
        ImageError: all decoded pixels together take more than ``LIMIT_BYTES``.
    """
    slices: list[_Slice] = []
    alone: list[tuple[int, Study | ImageError]] = []
    total = 0
    for index, member in enumerate(found):
        if isinstance(member, ImageError):
            alone.append((index, member))
            continue
        total += member.study.nbytes
        if total > LIMIT_BYTES:
            raise ImageError(
                f"Expected files of at most {LIMIT_BYTES >> 20} MB of pixels together, these are more. Open fewer "
                "files at a time, a series by itself."
            )
        if member.series:
            slices.append(_Slice(**vars(member), index=index))
        else:
            alone.append((index, member.study))
    alone += [(min(m.index for m in group), _stack(group)) for group in _group(slices)]
    return sorted(alone, key=lambda pair: pair[0])


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
    on the normal, row x column direction (PS3.3 C.7.6.2.1.1), or by instance number where there is no position.
    Rescaling was done file by file. Gaps, missing and doubled slices become warnings; slices count from 1.

    Args:
        files: whole files, in any order.
        reader: decodes one; by default in this process.

    Returns:
        (index, study or error) in the order of the index, which is that of the first file of each study.

    Raises:
        ImageError: all decoded pixels together take more than ``LIMIT_BYTES``.
    """
    return stack(_each(files, reader))

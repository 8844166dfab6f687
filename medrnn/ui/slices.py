"""Which part of a series a model reads, and where each of its steps lies, in words."""

from math import ceil

from medrnn.sequences import SlicePlace, slice_places
from medrnn.types import Reading, Study

OUTSIDE = "outside of the series, black"


def say_frames(reading: Reading, study: Study) -> str:
    """Which frames a series is read from, counted from 1, such as "frames 40 to 51"; what lies outside is left out."""
    inside = [min(max(at, 0.0), study.frames - 1.0) for at in reading.frames]
    return f"frames {int(min(inside)) + 1} to {ceil(max(inside)) + 1}"


def say_part(reading: Reading, study: Study) -> str:
    """Of which part of a series the answer is, in one sentence of Markdown; nothing where it is all of it."""
    _, _, width, height = reading.crop
    is_every_frame = min(reading.frames) < 1 and max(reading.frames) > study.frames - 2
    if is_every_frame and (width, height) == (study.columns, study.rows):
        return ""
    box = f"{width} x {height} pixels"
    if study.spacing_mm:
        box = f"{width * study.spacing_mm[1]:.4g} x {height * study.spacing_mm[0]:.4g} mm"
    return f"The answer is about a box of **{box}** in **{say_frames(reading, study)}**, not about all of the series."


def say_frame(place: SlicePlace) -> str:
    """The frame that a step reads, counted from 1, such as "frame 51", between two frames "frame 50.5"."""
    return f"frame {place.frame + 1:.4g}" if place.is_inside else OUTSIDE


def say_place(place: SlicePlace) -> str:
    """The same with all that is known of it, such as "frame 51 of 91, H 28.5 mm"."""
    if not place.is_inside:
        return OUTSIDE
    mm = "" if place.mm is None else f", {place.side} {place.mm:.1f} mm"
    return f"{say_frame(place)} of {place.count}{mm}"


def name_steps(reading: Reading, study: Study) -> list[tuple[str, str]]:
    """Where each step lies, shortly and in full; empty where a step is no slice of a series."""
    return [(say_frame(place), say_place(place)) for place in slice_places(reading, study)]

"""Which part of a series a model reads, in words."""

from math import ceil

from medrnn.types import Reading, Study


def say_frames(reading: Reading, study: Study) -> str:
    """Which frames a series is read from, counted from 1, such as "frames 40 to 51"; what lies outside is left out."""
    inside = [min(max(at, 0.0), study.frames - 1.0) for at in reading.frames]
    return f"frames {int(min(inside)) + 1} to {ceil(max(inside)) + 1}"


def say_part(reading: Reading, study: Study) -> str:
    """Of which part of a series the answer is, in one sentence of Markdown; nothing where it is all of it."""
    _, _, width, height = reading.crop
    is_every_frame = say_frames(reading, study) == f"frames 1 to {study.frames}"
    if is_every_frame and (width, height) == (study.columns, study.rows):
        return ""
    box = f"{width} x {height} pixels"
    if study.spacing_mm:
        box = f"{width * study.spacing_mm[1]:.4g} x {height * study.spacing_mm[0]:.4g} mm"
    return f"The answer is about a box of **{box}** in **{say_frames(reading, study)}**, not about all of the series."

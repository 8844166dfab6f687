"""What was applied to an image, in words: the only place that makes sentences of these facts."""

from collections.abc import Callable, Mapping

from medrnn.types import Applied, Study

_CHOICES = {  # what a volume was chosen by, where its value says more than its number among the others
    "b-value": "b = {:g} s/mm²",
    "echo time": "echo time {:g} ms",
    "inversion time": "inversion time {:g} ms",
    "flip angle": "flip angle {:g}°",
    "tube voltage": "{:g} kV",
    "cardiac phase": "cardiac phase {:g} %",
    "trigger time": "{:g} ms after the trigger",
}


def _choice(step: Applied) -> str:
    """One of several volumes at one place: "b = 1000 s/mm²", "time 3 of 20"."""
    if "value" in dict(step.parameters):
        return _CHOICES[str(step["by"])].format(step["value"])
    return f"{step['by']} {step['number']} of {step['of']}"


def _sort(step: Applied) -> str:
    what = "files" if "files" in dict(step.parameters) else "frames"
    return f"{step[what]} {what} sorted by {step['by']}"


def _rescale(step: Applied) -> str:
    if "each" in dict(step.parameters):
        return f"value = stored x slope + intercept, each {step['each']} with its own"
    return f"value = stored x {step['slope']:g} + {step['intercept']:g}"


def _window(step: Applied) -> str:
    return f"{'VOI LUT' if step['function'] == 'LUT' else 'window'} ({step['source']})"


def _overlays(step: Applied) -> str:
    count = step["planes"]
    return f"overlay plane{'s' * (count != 1)}: {count}, drawn over the image"


def _slices(step: Applied) -> str:
    """How a series was read; frames are counted from 1."""
    where = f"{step['slices']} slices read, from frame {float(step['first']) + 1:.4g} to {float(step['last']) + 1:.4g}"
    return f"{where}, {step['apart_mm']:g} mm apart" if "apart_mm" in dict(step.parameters) else where


_LEFT_OUT = {
    "hidden": "hidden file(s)",
    "directory": "DICOMDIR, the directory of a disc",
    "viewer": "file(s) of the disc's viewer that are no DICOM images",
}
WORDS: dict[str, Callable[[Applied], str]] = {
    "volume": lambda step: f"one of several volumes at one place: {_choice(step)}",
    "sort": _sort,
    "turn": lambda step: "turned upright" if step["to"] == "upright" else f"turned to {step['to']}",
    "palette": lambda step: "palette",
    "ybr-to-rgb": lambda step: "YBR to RGB",
    "modality-lut": lambda step: "modality LUT",
    "rescale": _rescale,
    "window": _window,
    "inversion": lambda step: f"inversion ({step['because']})",
    "padding": lambda step: "padding drawn black",
    "overlays": _overlays,
    "slices": _slices,
}


def say(step: Applied) -> str:
    """One step of the way from stored values to the picture, such as "window (file)"."""
    return WORDS[step.name](step)


def say_all(study: Study) -> tuple[str, ...]:
    """Everything that was applied, in order; never empty."""
    return tuple(map(say, study.applied)) or ("nothing: the stored values are shown",)


def say_choice(study: Study) -> str:
    """Which of the volumes of its series a study is, such as "echo time 4.6 ms, time 3 of 20"; "" of the only one."""
    return ", ".join(_choice(step) for step in study.applied if step.name == "volume")


def say_left_out(left_out: Mapping[str, int]) -> str:
    """How many files beside the images were left out and why (``files.beside``); "" where none was."""
    said = [f"{count} {_LEFT_OUT[why]}" for why, count in left_out.items() if count]
    return f"Left out beside the images: {', '.join(said)}." if said else ""

"""What was applied to an image, in words: the only place that makes sentences of these facts."""

from collections.abc import Callable

from medrnn.types import Applied, Study


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


WORDS: dict[str, Callable[[Applied], str]] = {
    "sort": _sort,
    "turn": lambda step: f"turned to {step['to']}",
    "palette": lambda step: "palette",
    "ybr-to-rgb": lambda step: "YBR to RGB",
    "modality-lut": lambda step: "modality LUT",
    "rescale": _rescale,
    "window": _window,
    "inversion": lambda step: f"inversion ({step['because']})",
    "padding": lambda step: "padding drawn black",
    "overlays": _overlays,
}


def say(step: Applied) -> str:
    """One step of the way from stored values to the picture, such as "window (file)"."""
    return WORDS[step.name](step)


def say_all(study: Study) -> tuple[str, ...]:
    """Everything that was applied, in order; never empty."""
    return tuple(map(say, study.applied)) or ("nothing: the stored values are shown",)

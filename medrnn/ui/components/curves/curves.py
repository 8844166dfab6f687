"""Live training curves: a canvas that keeps its zoom while new points come."""

from collections.abc import Mapping, Sequence
from typing import Any

from medrnn.config import DISCLAIMER
from medrnn.plots import theme
from medrnn.ui.components.carry import declare

_curves = declare("curves")


def curves(series: Sequence[Mapping[str, Any]], *, key: str, title: str) -> None:
    """Loss on the left, accuracy on the right, over training steps.

    Args:
        series: each {"name", "panel": "loss" or "accuracy", "dash": bool, "x": [...], "y": [...]}, at most 2,000
            points; a point whose y is None is left out.
        key: the widget's key; the same key goes on in the same picture.
        title: stands over the saved picture and is read aloud.
    """
    data = {"series": list(series), "title": title, "note": DISCLAIMER, "colours": theme.RUNS, "key": key}
    _curves(key=key, data=data)

"""Live training curves: a canvas that keeps its zoom while new points come."""

from collections.abc import Mapping, Sequence
from typing import Any

from medrnn.plots import theme
from medrnn.ui.components.carry import declare, plain_number
from medrnn.ui.components.stamp import stamp

_curves = declare("curves")


def curves(
    series: Sequence[Mapping[str, Any]], *, key: str, x_label: str = "step", title: str = "", alt: str = ""
) -> None:
    """Loss on the left, accuracy on the right, over one x axis.

    Args:
        series: each {"name", "panel": "loss" or "accuracy", "dash": bool, "x": [...], "y": [...]}, at most 2,000
            points; a point whose y is None or not finite is left out.
        key: the widget's key; the same key goes on in the same picture.
        x_label: what stands under the x axis.
        title: stands over the saved picture.
        alt: what is shown, for those who cannot see it; the title where there is none.
    """
    plain = [{**one, "x": list(one["x"]), "y": [plain_number(y) for y in one["y"]]} for one in series]
    data = {
        "series": plain,
        "x_label": x_label,
        "title": title or alt,
        "alt": (alt or title or "Training curves").rstrip("."),
        **stamp(None),
        "colours": theme.RUNS,
        "key": key,
    }
    _curves(key=key, data=data)

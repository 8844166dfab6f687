"""Live training curves: a canvas that keeps its zoom while new points come."""

from collections.abc import Mapping, Sequence
from typing import Any

from medrnn.plots import theme
from medrnn.ui.components.carry import declare, plain_number
from medrnn.ui.components.stamp import stamp

PANELS = {
    "loss": "Loss (nats)",
    "accuracy": "Accuracy and AUC",
    "rate": "Learning rate",
    "gradient": "Gradient, its norm before clipping",
}

_curves = declare("curves")


def curves(
    series: Sequence[Mapping[str, Any]],
    *,
    key: str,
    x_label: str = "step",
    title: str = "",
    alt: str = "",
    dashed: str = "",
) -> None:
    """Small charts over one x axis: loss, accuracy, and those of ``PANELS`` for which there are points.

    Args:
        series: each {"name", "panel": a key of ``PANELS``, "dash": bool, "x": [...], "y": [...]}, at most 2,000
            points; a point whose y is None or not finite is left out. Those of one name share a colour.
        key: the widget's key; the same key goes on in the same picture.
        x_label: what stands under the x axis.
        title: stands over the saved picture.
        alt: what is shown, for those who cannot see it; the title where there is none.
        dashed: what a dashed line is, where its name does not say it.
    """
    plain = [{**one, "x": list(one["x"]), "y": [plain_number(y) for y in one["y"]]} for one in series]
    drawn = {one["panel"] for one in plain if any(y is not None for y in one["y"])} | {"loss", "accuracy"}
    data = {
        "series": [one for one in plain if one["panel"] in drawn],
        "panels": [{"name": name, "title": words} for name, words in PANELS.items() if name in drawn],
        "x_label": x_label,
        "title": title or alt,
        "alt": (alt or title or "Training curves").rstrip("."),
        "dashed": dashed,
        **stamp(None),
        "colours": theme.RUNS,
        "key": key,
    }
    _curves(key=key, data=data)

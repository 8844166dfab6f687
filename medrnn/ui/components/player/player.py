"""The reading player: the image, its gates (unit x step) and the answer under one cursor, animated in the browser."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from medrnn.models.inference import Inference
from medrnn.plots import theme
from medrnn.plots.scales import Scale, find_beyond, find_scale
from medrnn.ui.components.carry import carry, chosen_here, declare, plain_number
from medrnn.ui.components.choice import latest
from medrnn.ui.components.stamp import stamp

STEPS_A_SECOND = 8
_player = declare("player")


def _ends(values: np.ndarray, scale: Scale) -> dict[str, object]:
    """Where the colours of a plane end, and which of its units lie beyond: [place, largest absolute value]."""
    return {"limit": scale.limit, "full": scale.full, "beyond": find_beyond(values, scale.limit)}


def _gates(parts: Mapping[str, np.ndarray]) -> list[dict[str, object]]:
    """How each plane is drawn: 0 to 1 in the gate's colour, or round 0 in two; and so its change from step to step.

    C has no bound, so its scale is found. Changes of the gates share one, and so do those of g, n and h: they are
    larger, and would bleach the gates.
    """
    changes = {symbol: np.diff(values, axis=0) for symbol, values in parts.items()}
    alike = {symbol: "C" if symbol == "C" else str(symbol in theme.SIGNED) for symbol in parts}
    scales = {
        kind: find_scale(*(changes[symbol] for symbol in parts if alike[symbol] == kind))
        for kind in alike.values()
    }
    return [
        {
            "symbol": symbol,
            "meaning": theme.MEANINGS[symbol],
            "signed": symbol in theme.SIGNED,
            **_ends(values, find_scale(values) if symbol == "C" else Scale(1.0, 1.0)),
            "change": _ends(changes[symbol], scales[alike[symbol]]),
        }
        for symbol, values in parts.items()
    ]


def play(
    image: np.ndarray,
    boxes: np.ndarray,
    parts: Mapping[str, np.ndarray],
    curve: np.ndarray,
    *,
    classes: Sequence[str],
    answer: int,
    line: str = "row",
    places: Sequence[tuple[str, str]] = (),
    step: int | None = None,
    link: str | None = None,
    labels: Sequence[int] | np.ndarray | None = None,
    is_backward: bool = False,
    digest: str,
    key: str,
    title: str = "",
    alt: str = "",
    file: str = "medrnn-memory",
    inference: Inference | None = None,
) -> int | None:
    """Show the reading.

    Args:
        image: (row, column) or (row, column, 3) uint8, as the eye sees it.
        boxes: (step, 4) x, y, width, height of the place read, in pixels of ``image``.
        parts: symbol to (step, unit) float32, in the order of display.
        curve: (step,) probability of the answer after each step, NaN where there is none.
        classes: names.
        answer: the index of the answer among them.
        line: what one step reads: "row", "column", "patch", "slice" or "place".
        places: where each step lies, shortly and in full, of slices of a series; else empty.
        step: where to begin, counted from 0; None for the last one. A later change is followed, unless it is only
            the echo of what the reader chose.
        link: pictures with the same link share the step in the browser, at once (see cursor.js); best the reading's
            content key, without layer and direction.
        labels: (unit,) true number of each unit, from top to bottom, where ``parts`` are put in another order.
        is_backward: this direction reads from the last step to the first, so what lies before the cursor is veiled.
        digest: content key of all of these; a new one begins again.
        key: the widget's key.
        title: stands over the saved picture.
        alt: what is shown, for those who cannot see it; the title where there is none.
        file: name of the saved picture, without its ending.
        inference: of the answer, for the saved picture; where it may not be read as an answer, its curve is grey.

    Returns:
        The step at which the reader came to rest, in any picture of the link, or None before the first choice under
        this digest or link.
    """
    states = np.stack([values.astype(np.float32) for values in parts.values()])
    data = {
        "name": key,
        "digest": digest,
        "steps": states.shape[1],
        "units": states.shape[2],
        "start": step,
        "link": link,
        "labels": None if labels is None else [int(unit) for unit in labels],
        "backward": is_backward,
        "rate": STEPS_A_SECOND,
        "gates": _gates(parts),
        "boxes": np.asarray(boxes).tolist(),
        "curve": [plain_number(p) for p in np.asarray(curve)],
        "classes": list(classes),
        "answer": answer,
        "line": line,
        "places": list(places),
        "title": title or alt,
        "alt": f"{(alt or title or 'A reading').rstrip('.')}.",
        "file": file,
        **stamp(inference),
        "colours": theme.canvas(is_answer=inference is None or inference.verdict.is_within),
    }
    with st.container(gap=None):
        carry(key, {"digest": digest}, states=states, image=image)  # large, sent once
        result = _player(key=key, data=data, on_step_change=lambda: None)  # small, sent with every choice
    if link is None:
        return chosen_here(result.step, digest)
    return latest(link, key, "step", step, lambda said: chosen_here(said, digest))

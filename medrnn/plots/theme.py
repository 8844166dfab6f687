"""The colours, once: a gate has one colour everywhere, in light and in dark."""

from collections.abc import Mapping

GATES = {
    "light": {
        "i": "#0B3F8C",
        "f": "#0A8A58",
        "o": "#8A1B5B",
        "g": "#C75307",
        "n": "#C75307",
        "z": "#5A2BC2",
        "r": "#13707C",
        "C": "#57656F",
        "h": "#101820",
    },
    "dark": {
        "i": "#8DB9FF",
        "f": "#6BEFA0",
        "o": "#F25CA2",
        "g": "#C98F3D",
        "n": "#C98F3D",
        "z": "#9C8CF7",
        "r": "#63C7D6",
        "C": "#A9B7C4",
        "h": "#E6EDF3",
    },
}
MEANINGS = {
    "i": "input gate: what is let in",
    "f": "forget gate: what is kept",
    "g": "candidate: what is offered",
    "n": "candidate: what is offered",
    "o": "output gate: what is shown",
    "C": "cell state: the long memory",
    "h": "hidden state: what the next step sees",
    "z": "update gate: how much is new",
    "r": "reset gate: how much of the past the candidate sees",
}
SIGNED = frozenset("gnCh")
CANVAS = {  # under and over: values beyond the ends of a signed scale
    "light": {
        "page": "#FFFFFF",
        "link": "#0B6B74",
        "paper": "#F4F6F8",
        "grid": "#74828F",
        "cursor": "#C97700",
        "negative": "#2463A8",
        "positive": "#B4451F",
        "under": "#0A2747",
        "over": "#4A1407",
        "gates": GATES["light"],
    },
    "dark": {
        "page": "#0F1720",
        "link": "#4CC3C9",
        "paper": "#18222D",
        "grid": "#5F7183",
        "cursor": "#FFB000",
        "negative": "#6FB1EE",
        "positive": "#F58A60",
        "under": "#E3F1FF",
        "over": "#FFE3D6",
        "gates": GATES["dark"],
    },
}
RUNS = {
    "light": ("#0B6B74", "#B4451F", "#2463A8", "#7A6A00", "#6D3B8F"),
    "dark": ("#4CC3C9", "#F58A60", "#6FB1EE", "#D8C24A", "#C79BE8"),
}
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def gate_scale(symbol: str, mode: str) -> list[tuple[float, str]]:
    """The colours of a gate, a state or a weight as Plotly takes them: from the page to its own, or round 0 in two."""
    colours = CANVAS[mode]
    page = str(colours["page"])
    if symbol in SIGNED:
        return [(0.0, str(colours["negative"])), (0.5, page), (1.0, str(colours["positive"]))]
    return [(0.0, page), (1.0, GATES[mode].get(symbol, str(colours["link"])))]


def between(one: str, other: str) -> str:
    """The middle of two colours."""
    pairs = zip(*([int(colour[k : k + 2], 16) for k in (1, 3, 5)] for colour in (one, other)), strict=True)
    return "#" + "".join(f"{(a + b) // 2:02X}" for a, b in pairs)


def canvas(*, is_answer: bool = True) -> Mapping[str, Mapping[str, object]]:
    """The colours of a picture in the browser; the curve of an answer that may not be read as one is grey."""
    if is_answer:
        return CANVAS
    return {mode: {**colours, "answer": colours["grid"]} for mode, colours in CANVAS.items()}

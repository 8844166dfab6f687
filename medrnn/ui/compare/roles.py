"""Gates of unlike cells beside each other: what each does, and what to say where a cell has none that does it."""

from medrnn.types import Trace

ROLES = {  # in the order of display: title, and the letters that play the part
    "keeps": ("What is kept", ("f", "z")),
    "lets-in": ("What is let in", ("i",)),
    "shows": ("What is shown", ("o",)),
    "resets": ("What the candidate sees of the past", ("r",)),
    "candidate": ("What is offered", ("g", "n")),
    "cell": ("Cell state", ("C",)),
    "state": ("Hidden state", ("h",)),
}
NO_GATES = "a plain RNN has no gates: each step rewrites its whole state"
MISSING = {
    "lets-in": "a GRU lets in and lets go by one gate, z",
    "shows": "a GRU shows all of its state",
    "resets": "an LSTM has no reset gate",
    "cell": "a GRU has no state beside h",
}
NO_STEPS = "a convolutional network has no steps, no states and no gates"


def symbol_of(role: str, trace: Trace) -> str:
    """The letter that plays a part in the cells of a trace, "" where none does."""
    own = trace.part(0, trace.directions[0])
    return next((symbol for symbol in ROLES[role][1] if symbol in own), "")


def why_none(role: str, trace: Trace) -> str:
    """Why a cell has nothing that plays a part."""
    return MISSING.get(role, "") if len(trace.part(0, trace.directions[0])) > 1 else NO_GATES


def roles_in(traces: list[Trace]) -> list[str]:
    """The parts that some cell of these plays, in the order of display."""
    return [role for role in ROLES if any(symbol_of(role, trace) for trace in traces)]

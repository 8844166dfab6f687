"""The guided tour on the first visit: seven stops, skipped or ended once and never shown again by itself."""

from dataclasses import asdict, dataclass

from medrnn.ui import address, sidebar
from medrnn.ui.components.carry import declare
from medrnn.ui.state import session

SAMPLE = "chest-film-bacterial-1"  # opened where a stop needs an image and none is open

_tour = declare("tour")


@dataclass(frozen=True)
class Stop:
    """One stop.

    Attributes:
        page: where it is.
        title, says: what stands on the card, plain text.
        target: a CSS selector of what it speaks of, which gets a ring; empty for the whole page.
    """

    page: str
    title: str
    says: str
    target: str = ""


STOPS = (
    Stop(
        "open",
        "New here? See it in two minutes",
        "medrnn shows how a recurrent network reads a medical image, step by step. Take a sample here, or drop a "
        "file of your own: it stays on this machine.",
    ),
    Stop(
        "read",
        "The answer, and whether it counts",
        "The image becomes a sequence. The answer stands at the top with how often the model is right; where the "
        "image is not what the model was trained on, it says so instead.",
    ),
    Stop(
        "memory",
        "Watch it read",
        "Press Play. The image, the answer and every gate move together; click any place to go there. "
        "Below, closer looks answer questions about the memory.",
        ".st-key-memory-player",
    ),
    Stop(
        "map",
        "Which pixels moved the answer",
        "A map shows what the answer was sensitive to, never where a finding is. Below it one press tests how far to "
        "trust it.",
        ".st-key-map-sheet",
    ),
    Stop(
        "compare",
        "Do others agree?",
        "Several models on the same image under one cursor, or over a whole data set with intervals and tests.",
        "[class*=st-key-compare-columns]:not([class*=carrier])",
    ),
    Stop(
        "train",
        "Train your own",
        "A recipe, one press on Start training, and you watch the curves. The finished model joins the others.",
    ),
    Stop(
        "learn",
        "Learn how it works",
        "Twelve short lessons with live numbers. Every page has a list of the words it uses in the sidebar, and every "
        "control a question mark.",
    ),
)


def ask() -> None:
    """The visitor wants to see it (again)."""
    session().tours += 1


def show(page: str) -> None:
    """The card, where the browser does not remember that it was ended; goes to the page of a stop that was asked for.

    Args:
        page: in view, "open" for the first.
    """
    data = {"stops": [asdict(stop) for stop in STOPS], "page": page, "asked": session().tours}
    asked = _tour(key="medrnn-tour", data=data, on_go_change=lambda: None).go
    if asked not in {stop.page for stop in STOPS} or asked == page:
        return
    if asked not in ("open", "train", "learn") and session().study is None:
        sidebar.open_sample(SAMPLE)
    address.go(asked)

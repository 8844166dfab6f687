"""Which data sets a visitor can choose: the shipped ones, and those that the visitor brought or came with."""

from collections.abc import Container
from dataclasses import dataclass

from medrnn.datasets.own import facts_of, has_own, is_own
from medrnn.datasets.shipped import DATASETS
from medrnn.errors import DataError
from medrnn.ui import address
from medrnn.ui.foreign import shown
from medrnn.ui.state import session


@dataclass(frozen=True)
class Offered:
    """What a form has to know of a set before it is read.

    Attributes:
        title: what a page calls it, plain text.
        classes: names.
        is_colour: True where the images are in colour.
        about: sentences, as Markdown: they stand in a tooltip.
        size: (rows, columns) of a visitor's own; None of a shipped one, whose recipes say it.
    """

    title: str
    classes: tuple[str, ...]
    is_colour: bool
    about: str
    size: tuple[int, int] | None = None


class _There(Container[str]):
    """Every name under which a set lies."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (name in DATASETS or (is_own(name) and has_own(name)))


def names() -> list[str]:
    """The sets to choose from, the visitor's own first."""
    state = session()
    state.own_sets = [name for name in state.own_sets if has_own(name)]
    return [*reversed(state.own_sets), *DATASETS]


def offered(name: str) -> Offered:
    """What is known of a set.

    Raises:
        DataError: it is one that a visitor brought, and it is gone.
    """
    if name in DATASETS:
        one = DATASETS[name]
        return Offered(one.title, one.classes, one.is_colour, f"{one.about} {one.licence}.")
    facts = facts_of(name)
    return Offered(facts.title, facts.classes, facts.channels == "rgb", shown(facts.about), facts.size)


def shared(name: str | None) -> str | None:
    """What an address keeps of a chosen set: the name of one that the visitor brought, for a reload."""
    return name if name and is_own(name) else None


def title(name: str) -> str:
    """What a page calls a set; of one that is gone a word for it."""
    try:
        return offered(name).title
    except DataError:
        return "Own data, deleted"


def from_address() -> str | None:
    """The set that the address asks for, once a visit; one that a visitor brought is then among those on offer."""
    name = address.take("data", _There())
    state = session()
    if name is not None and is_own(name) and name not in state.own_sets:
        state.own_sets.append(name)
    return name

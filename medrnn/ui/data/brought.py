"""What a visitor brought, as long as the session lasts: its files or arrays, the choices, and the set made of them."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from medrnn.datasets.choices import Choices, Offers
from medrnn.datasets.files import Files
from medrnn.datasets.making import make_set
from medrnn.datasets.npz import from_arrays, offers_of
from medrnn.datasets.own import delete_own, keep
from medrnn.datasets.records import Dataset
from medrnn.errors import DataError, MedrnnError
from medrnn.training.runs.uses import is_used
from medrnn.ui.state import Session

OWN = "own"  # how a set is called until it is known by its content


@dataclass(eq=False)
class Gathering:
    """Files on their way, so that a press elsewhere does not begin anew.

    Attributes:
        names: of the uploaded files, as Streamlit calls them.
        files: what was read so far.
        done: how many files, those in zips counted each.
    """

    names: tuple[str, ...]
    files: Files = field(default_factory=Files)
    done: int = 0


@dataclass(eq=False)
class Brought:
    """What came, and the set that is made of it now.

    Attributes:
        files: the images, or None where arrays came.
        arrays: by name, of an npz file; classes: their names, where it says them.
        choices: how the set is made.
        name: "own:TOKEN" of the set, "" where none could be made.
        wrong: why not, a sentence.
    """

    files: Files | None = None
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    choices: Choices = Choices()
    name: str = ""
    wrong: str = ""

    @property
    def nbytes(self) -> int:
        """Of all pictures."""
        return self.files.nbytes if self.files else sum(one.nbytes for one in self.arrays.values())

    @cached_property
    def offers(self) -> Offers:
        """What there is to be chosen; what was brought does not change."""
        return self.files.offers() if self.files else offers_of(self.arrays)

    def make(self) -> Dataset:
        """The set as it is chosen.

        Raises:
            DataError: nothing sensible is left, or a choice is missing.
        """
        if self.files:
            return make_set(self.files, OWN, self.choices)
        return from_arrays(self.arrays, OWN, choices=self.choices, classes=self.classes)


def remake(state: Session, choices: Choices) -> None:
    """Make the set anew and keep it; the one before goes, unless anybody's run was begun on it.

    What is wrong stands in ``state.brought.wrong``; then there is no set.

    Args:
        state: of the visitor, who brought something.
        choices: how.
    """
    brought = state.brought
    assert brought is not None, "something was brought"
    before, brought.choices, brought.name, brought.wrong = brought.name, choices, "", ""
    try:
        brought.name = keep(brought.make())
    except MedrnnError as error:
        brought.wrong = str(error)
    if before and before not in state.trained_on and not is_used(before):
        forget(state, before)
    state.on_data = brought.name  # where there is none, no other set stands there in its place
    if brought.name:
        state.own_sets.append(brought.name)


def forget(state: Session, name: str) -> None:
    """Delete a set for good.

    Args:
        state: of the visitor.
        name: "own:TOKEN".
    """
    with suppress(DataError):
        delete_own(name)
    state.own_sets = [one for one in state.own_sets if one != name]
    state.trained_on.discard(name)
    if state.on_data == name:
        state.on_data = ""
    if state.looked_at and state.looked_at.data == name:
        state.forget(state.looked_at.key)
        state.looked_at = None


def with_first_choices(brought: Brought) -> Choices:
    """The choices that a set begins with: of arrays those that they ask for; of volumes there a cut has to be taken."""
    if brought.files:
        return brought.choices
    offers = brought.offers
    return replace(brought.choices, cut="middle" if offers.volumes else "none", patients=offers.rules[0])


@dataclass(frozen=True)
class Looked:
    """The image of a set that was pressed.

    Attributes:
        data: the set's name.
        split, index: where it stands, counted from 0.
        key: content key of its study.
    """

    data: str
    split: str
    index: int
    key: str

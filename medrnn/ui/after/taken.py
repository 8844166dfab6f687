"""Who was taken for whom: the confusion matrix, whose cells open their images."""

from functools import partial

import numpy as np
import streamlit as st

from medrnn import plots
from medrnn.config.what import named
from medrnn.evaluation.confusion import images_of, worst_mistakes
from medrnn.evaluation.outcome import Outcome
from medrnn.models.cards import Card
from medrnn.models.class_names import name_classes
from medrnn.ui import cached, figure, parts
from medrnn.ui.after import chosen, wall
from medrnn.ui.after.source import Source
from medrnn.ui.after.wall import Wall
from medrnn.ui.foreign import plain, shown
from medrnn.ui.model_files import called

HELP = (
    "A row holds the images of one label, a column those of one answer. Right answers and mistakes have a colour each; "
    "the colour of mistakes ends at the largest of their shares. Click a cell to see its images: is the label right, "
    "and what do the mistakes have in common?"
)


def _first(found: Outcome) -> tuple[int, int]:
    """The cell with the most mistakes, else the first right one."""
    wrong = found.matrix * (1 - np.eye(len(found.classes), dtype=int))
    place = int(wrong.argmax()) if wrong.any() else int(found.matrix.argmax())
    label, answer = divmod(place, len(found.classes))
    return label, answer


def _clicked(key: str, model: str) -> None:
    points = [point.get("customdata") for point in st.session_state[key].selection.points]
    cells = [
        list(data.values()) if isinstance(data, dict) else list(data) for data in points if data is not None
    ]
    if cells:
        chosen.of(model).cell = int(cells[0][0]), int(cells[0][1])


def _choose(found: Outcome, card: Card) -> tuple[int, int]:
    """The same by two lists, for those who do not click."""
    choices, names = chosen.of(card.id), name_classes(found.classes)
    cell = choices.cell or _first(found)
    keys = tuple(f"after__{name}-{card.id}" for name in ("label", "answer"))

    def keep() -> None:
        choices.cell = st.session_state[keys[0]], st.session_state[keys[1]]

    for column, key, name, value in zip(st.columns(2), keys, ("Labelled", "Answered"), cell, strict=True):
        st.session_state[key] = value
        column.selectbox(
            name,
            range(len(names)),
            key=key,
            on_change=keep,
            format_func=lambda k: plain(names[k], 60),
            help="Which cell of the matrix is shown; a click into the matrix chooses it too.",
        )
    return cell


@st.fragment
def matrix(card: Card, source: Source, found: Outcome, picture: str) -> None:
    """The matrix, and the images of the chosen cell beside it."""
    names, name = name_classes(found.classes), f"confusion-{called(card)}"
    say = partial(named, reading=card.config.reading)
    left, right = st.columns([5, 6], gap="large")
    with right:
        label, answer = _choose(found, card)
        rows = images_of(found.test.probabilities, found.test.labels, label, answer).tolist()
        said = f"labelled {names[label]}, answered {names[answer]}"
        st.markdown(f"**{len(rows):,} {say('image' if len(rows) == 1 else 'images')} {shown(said)}**")
        wall.show(
            Wall(card, source, found, "cell", f"{say('Test images')} of {source.data.title} {said}", rows)
        )
    with left:
        st.markdown("**Confusion matrix**", help=say(HELP))
        dark, classes = parts.is_dark(), [plain(one, 30) for one in found.classes]
        drawn = cached.of_outcome(
            "matrix",
            card,
            (label, answer),
            dark,
            make=lambda: plots.confusion_matrix(found.matrix, classes, chosen=(label, answer), dark=dark),
        )
        heard = partial(_clicked, f"after__figure-{name}", card.id)
        figure.draw(drawn, name, _alt(found, names), place="after", picture=picture, heard=heard)


def _alt(found: Outcome, names: tuple[str, ...]) -> str:
    right = [f"{plain(name)} {found.matrix[k, k]} of {found.matrix[k].sum()}" for k, name in enumerate(names)]
    return f"Confusion matrix, answered right: {', '.join(right)}"


@st.fragment
def worst(card: Card, source: Source, found: Outcome) -> None:
    """The mistakes that the model was surest of."""
    rows = worst_mistakes(found.test.probabilities, found.test.labels).tolist()
    say = partial(named, reading=card.config.reading)
    st.subheader(
        "Its worst mistakes",
        anchor=False,
        help=say(
            "Wrong answers, the most probable first. Look for wrong labels, for images that show something else, and "
            "for what the network may have taken as a sign."
        ),
    )
    if not rows:
        st.caption(say("It made none on these images."))
    title = f"{say('Worst mistakes on the test images')} of {source.data.title}"
    wall.show(Wall(card, source, found, "worst", title, rows, is_mixed=True))

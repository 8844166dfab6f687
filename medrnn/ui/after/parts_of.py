"""Each class and each group in a table, with their files."""

import io
from collections.abc import Mapping, Sequence

import streamlit as st

from medrnn.config import DISCLAIMER
from medrnn.config.what import named
from medrnn.evaluation.outcome import Outcome
from medrnn.evaluation.thresholds import Rates, rates_at
from medrnn.models.cards import Card
from medrnn.models.class_names import name_classes
from medrnn.models.inference import TableWriter
from medrnn.ui import model_files, tables
from medrnn.ui.after import words
from medrnn.ui.foreign import plain

NOTHING_KNOWN = (
    "Only the label is known of these images: no age, sex, device or hospital, so there are no groups."
)


def save(card: Card, rows: Sequence[Mapping[str, str]], name: str) -> None:
    """A table as CSV, named by the model and what it is."""

    def make() -> str:
        out = io.StringIO()
        out.write(
            f"# {DISCLAIMER}\n# {name} of the test {named('images', card.config.reading)}; weights {card.digest}\n"
        )
        TableWriter(out).write_dicts(rows)
        return out.getvalue()

    st.download_button(
        f"{name.capitalize()} (CSV)",
        make,
        f"{model_files.name_of(card, name)}.csv",
        "text/csv",
        on_click="ignore",
        key=f"after__{name}",
        icon=":material/download:",
        help="This table.",
    )


def classes(card: Card, found: Outcome) -> None:
    """Each class against the rest."""
    st.subheader(
        "Each class",
        anchor=False,
        help="Sensitivity: share of the label that gets the answer. Precision: share of the answer that has the label; "
        "it depends on how common the classes are here. F1: their harmonic mean. AUC knows no threshold.",
    )
    names = tuple(plain(name, 60) for name in name_classes(found.classes))
    rows = words.class_rows(found, names, named("Images", card.config.reading))
    tables.small(rows, "Sensitivity, precision, F1 and AUC of each class with 95 % intervals")
    save(card, rows, "classes")


def groups(card: Card, found: Outcome, k: int, whole: Rates) -> None:
    """Each group of which something is known.

    Args:
        card: of the model.
        found: its outcome.
        k: the class in view.
        whole: its rates on all images, at the threshold in view.
    """
    st.markdown(
        "**Groups**",
        help=named(
            "Where a model is worse on one part of the images its overall figures hide it. Small groups have wide "
            "intervals: look whether they overlap.",
            card.config.reading,
        ),
    )
    inside = [
        part_in for part, part_in in zip(found.parts, found.parts_in, strict=True) if part.title != "Class"
    ]
    if not inside:
        st.caption(named(NOTHING_KNOWN, card.config.reading))
        return
    scores, is_class = found.test.of_class(k)
    rates = [rates_at(scores[part], is_class[part], whole.threshold) for part in inside]
    rows = words.group_rows(found, whole, rates, plain(name_classes(found.classes)[k], 60))
    tables.small(rows, "Figures of each group with 95 % intervals")
    save(card, rows, "groups")

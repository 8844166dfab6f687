"""An answer in the header of a page: whether it counts, what the model knows, how often it is right, how made."""

from typing import TYPE_CHECKING

import streamlit as st

from medrnn.config.what import named
from medrnn.imaging.samples import SAMPLES, Sample
from medrnn.models.cards import Card
from medrnn.models.class_names import name_class
from medrnn.models.inference import Inference, infer
from medrnn.models.sets import say_of
from medrnn.models.verdict import describe_usual
from medrnn.types import Prediction, Reading, Study
from medrnn.ui import look, operating, parts
from medrnn.ui.foreign import shown
from medrnn.ui.sidebar import NOT_KNOWN
from medrnn.ui.slices import say_part
from medrnn.ui.state import session

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

SCALE = 330  # pixels at the usual text size


def show(header: parts.Header, card: Card, study: Study, reading: Reading, found: Prediction) -> Inference:
    """Fill the header's places; returns how the answer was made, for every export of the page."""
    inference = infer(card, reading, device=found.device, found=found)
    with header.badge:
        _badge(found)
        _made(inference)
    if inference.warning:
        header.below.markdown(f":material/warning: **{shown(inference.warning)}**")
    with header.left:
        _known(card, study, reading, found)
    with _place_of_scale(header), st.container(gap=None, width=SCALE):
        _scale(card, found)
    return inference


def _place_of_scale(header: parts.Header) -> "DeltaGenerator":
    """Beside the page's sentence; on a projector one press away, so that the picture is on the first screen."""
    return header.badge.popover("How often it is right", type="tertiary") if look.is_large() else header.right


def _badge(found: Prediction) -> None:
    """The answer, in blue; where it is none, or cannot be told, that stands there, and the percentage small below."""
    answer = (
        f"{shown(_called(found, found.classes[found.answer]), 60)} {100 * found.probabilities.max():.1f} %"
    )
    if doubt := say_of(found):
        st.badge(shown(doubt, 120), icon=":material/balance:", color="orange")
        st.caption(f"Most probable: {answer}", width="content")
    elif found.verdict.is_within:
        st.badge(answer, icon=":material/analytics:", color="blue")
    else:
        st.badge(NOT_KNOWN, icon=":material/block:", color="gray")
        st.caption(answer, width="content")


def _called(found: Prediction, name: str) -> str:
    """A class as people read it."""
    return name_class(name, found.classes)


def _sample_of(study: Study) -> Sample | None:
    return SAMPLES.get(session().samples.get(study.key, ""))


def label_of(study: Study, card: Card) -> str:
    """The class that its set gives a sample or a test image; empty where it gives none, or none of the model's."""
    sample = _sample_of(study)
    label = sample.label if sample else session().from_sets.get(study.key, "")
    return label if label in card.classes else ""


def compare_label(label: str, answer: str) -> str:
    """Label and answer in one sentence of Markdown."""
    if label == answer:
        return f"Labelled {shown(label)}, and the model says so too."
    return f"Labelled {shown(label)}, the model says {shown(answer)}."


def _known(card: Card, study: Study, reading: Reading, found: Prediction) -> None:
    """What the model has seen, how usual this image is among it, and what the label says."""
    known = shown(card.knows) if card.knows else named("its card does not say which images.", reading.config)
    st.caption(f"Learnt from: {known[:1].lower()}{known[1:]}")
    if found.verdict.is_within:
        st.caption(named(describe_usual(card, found.novelty), reading.config))
    if reading.config.is_series and (part := say_part(reading, study)):
        st.markdown(f":material/crop_free: {part}")
    if label := label_of(study, card):
        words, is_right = (
            compare_label(_called(found, label), _called(found, found.classes[found.answer])),
            label == found.classes[found.answer],
        )
        if (sample := _sample_of(study)) and sample.is_learnt:
            words += named(" It learnt from this image, so that is no test of it.", reading.config)
        st.caption(words) if is_right else st.markdown(f"**{words}**")


def _scale(card: Card, found: Prediction) -> None:
    if drawn := operating.scale(card, found, dark=parts.is_dark()):
        st.html(drawn)
    if following := operating.next_classes(found):
        st.caption(following)
    if said := operating.seeds_sentence(found):
        st.caption(said)
    sentence = operating.sentence(card)
    if not found.verdict.is_within:
        said = named("Of an image of another kind this says nothing.", card.config.reading)
        st.caption(f"{sentence} {said}")
        return
    if said := operating.sure_sentence(card, found):
        st.caption(said)
    st.markdown(f":small[{sentence}]", help=operating.explain(card))  # a caption dims the ring of its help


def _made(inference: Inference) -> None:
    """The trace of inference, one press away."""
    with st.popover("How it was made", type="tertiary"):
        st.markdown("**How this answer was made**")
        for number, step in enumerate(inference.applied, 1):
            told = ", ".join(f"{name} {_value(value)}" for name, value in step.parameters)
            st.caption(f"{number}. {shown(step.name)}{': ' + shown(told) if told else ''}")
        st.download_button(
            "Trace of inference (JSON)",
            inference.to_json(1),
            f"medrnn-inference-{inference.model}-{inference.file[:8]}.json",
            "application/json",
            on_click="ignore",
            icon=":material/download:",
            help="Everything that it takes to get this answer again.",
        )
        st.code(inference.to_json(1), language="json", height=280)


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"

"""What can be chosen of what was brought; every change makes the set anew."""

from dataclasses import replace
from typing import Any

import streamlit as st

from medrnn.config import CUTS
from medrnn.datasets.choices import SERIES, Choices, Offers
from medrnn.datasets.patients import MOST_PATTERN, RULES
from medrnn.ui.data.brought import Brought, remake
from medrnn.ui.foreign import say_error
from medrnn.ui.state import session

SEEDS = range(10)


def _choose(label: str, options: list[Any], value: Any, words: dict[Any, str], key: str, about: str) -> Any:
    return st.selectbox(
        label,
        options,
        options.index(value) if value in options else None,
        format_func=lambda one: words.get(one, str(one)),
        key=key,
        placeholder="Choose one",
        help=about,
    )


def _label(offers: Offers, now: Choices, key: str) -> int | None:
    words = {k: f"Label {k + 1}, yes or no" for k in range(offers.labels)}
    found: int | None = _choose(
        "Label", list(words), now.label, words, f"{key}-label",
        "The file gives each image several labels; one of them is learnt, as yes or no.",
    )  # fmt: skip
    return found


def _cut(offers: Offers, now: Choices, key: str, *, is_array: bool) -> str:
    words = {name: words for name, words in CUTS.items() if name != "none" or not is_array}
    found: str = _choose(
        "Volumes", list(words), now.cut, words, f"{key}-cut",
        f"{offers.volumes:,} of the images have several slices. What of each is learnt; look at the pictures below.",
    )  # fmt: skip
    return found


def _patients(offers: Offers, now: Choices, key: str) -> tuple[str, str]:
    rule: str = _choose(
        "Patients", list(offers.rules), now.patients, RULES, f"{key}-patients",
        "How images of one patient are told. They are then dealt out patient by patient, so that nobody stands in two "
        "splits; ids and names become small numbers and are kept nowhere.",
    )  # fmt: skip
    if rule != "pattern":
        return rule, now.pattern
    text = st.text_input(
        "Pattern",
        now.pattern,
        max_chars=MOST_PATTERN,
        key=f"{key}-pattern",
        placeholder="^([A-Z]+[0-9]+)",
        help="A regular expression, matched from the beginning of a file's name; its first group in brackets tells the "
        "patient.",
    )
    return rule, text


def _ask(brought: Brought, key: str) -> Choices:
    offers, now = brought.offers, brought.choices
    made = now
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if offers.labels > 1:
            made = replace(made, label=_label(offers, now, key))
        if offers.volumes:
            made = replace(made, cut=_cut(offers, now, key, is_array=brought.files is None))
        if offers.series:
            made = replace(made, series=_choose(
                "Series", list(SERIES), now.series, SERIES, f"{key}-series",
                "What the files of one DICOM series become. Neighbouring slices look alike: count patients, not "
                "slices.",
            ))  # fmt: skip
        sides = {0: "From the images" if brought.files else "As they are"} | {
            side: f"{side} x {side} pixels" for side in offers.sides
        }
        if len(sides) > 2 or not brought.files:
            made = replace(made, side=_choose(
                "Size", list(sides), now.side, sides, f"{key}-side",
                "Pixels of the images that are learnt from. Larger ones show more and take longer.",
            ))  # fmt: skip
        if len(offers.rules) > 1:
            rule, pattern = _patients(offers, now, key)
            made = replace(made, patients=rule, pattern=pattern)
        if offers.is_dealt or made.is_anew:
            made = replace(made, seed=st.select_slider(
                "Dealt out by seed", SEEDS, now.seed, key=f"{key}-seed",
                help="Which images come to train, validation and test. Another seed deals them anew.",
            ))  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        if offers.is_given:
            made = replace(made, is_anew=st.toggle(
                "Deal out anew", now.is_anew, key=f"{key}-anew",
                help="Deals all images out 70 : 15 : 15, by patient where they are known, whatever splits were given. "
                "Use it where a patient or a picture stands in two of them.",
            ))  # fmt: skip
        is_without = st.toggle(
            "Without copies", not now.has_copies, key=f"{key}-copies",
            help="Leaves out pictures that are the same in every pixel: each stays once, in test before validation "
            "before train, and goes where it has two labels. Nearly the same ones stay.",
        )  # fmt: skip
    return replace(made, has_copies=not is_without)


def section() -> None:
    """The controls, where something was brought in this session and there is anything to choose."""
    state = session()
    brought = state.brought
    if brought is None or (brought.name and brought.name != state.on_data):
        return
    made = _ask(brought, f"data__choice-{state.uploads}")
    is_ready = made.patients != "pattern" or made.pattern
    if made != brought.choices and is_ready:
        with st.spinner("Makes the set anew"):
            remake(state, made)
        if brought.name:
            st.rerun()
    if brought.wrong:
        say_error(brought.wrong)

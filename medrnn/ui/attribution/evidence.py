"""How far to trust a map: one press gathers the evidence, then verdicts in plain words, and the figures behind them."""

import copy
import json
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from medrnn.config import DISCLAIMER
from medrnn.config.what import named
from medrnn.models.cards import Card
from medrnn.models.inference import Inference
from medrnn.types import Attribution, Reading, Study
from medrnn.ui import cached, parts, sidebar, tables
from medrnn.ui.attribution import behind
from medrnn.ui.attribution.choices import Choices
from medrnn.ui.attribution.proofs import proofs
from medrnn.ui.foreign import shown
from medrnn.ui.state import bound, session

if TYPE_CHECKING:
    from medrnn.explanation.evidence.collect import Evidence
    from medrnn.explanation.evidence.verdict import Verdict

ICONS = {
    "pass": ":material/check_circle:",
    "warning": ":material/warning:",
    "fail": ":material/cancel:",
    "unknown": ":material/help:",
}


def section(
    card: Card,
    study: Study,
    reading: Reading,
    maps: Sequence[Attribution],
    asked: Choices,
    inference: Inference,
) -> None:
    """The evidence for one of the maps in view.

    Args:
        card: of the model.
        study: the image, whose mask counts where it has one.
        reading: of it.
        maps: in view, in order.
        asked: what was chosen.
        inference: how the answer was made, for the files.
    """
    from medrnn.explanation.attribution.methods import METHODS

    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("How far to trust it", anchor=False, width="content")
        st.page_link(
            "pages/learn.py",
            label="What a map can and cannot say",
            icon=":material/school:",
            query_params={"lesson": "saliency"},
        )
    chosen = _choose(asked.methods)
    one = maps[asked.methods.index(chosen)]
    if asked.step is not None:
        st.caption("The tests are made for the answer at the end. Choose that answer above to make them.")
        return
    mask = _mask(study, reading)
    place = None if mask is None else mask.tobytes()  # another mask asks for other evidence
    about = (reading.key, card.digest, chosen, asked.target, asked.baseline, asked.seed, place)
    found = proofs().found.get(about)
    if found is None and proofs().wanted == about:
        found = _gather(card, reading, one, asked, mask, about)
    if found is None:
        about_s = cached.evidence_seconds(card, reading, sidebar.chosen_device(), chosen)
        _offer(METHODS[chosen].title, about, about_s, partial(named, reading=reading.config))
        return
    _verdicts(found, partial(named, reading=reading.config))
    behind.figures(found, inference)
    _files(found, one, reading, inference)


def _choose(methods: Sequence[str]) -> str:
    """Of which map; there is no choice where there is one."""
    from medrnn.explanation.attribution.methods import METHODS

    if len(methods) == 1:
        return methods[0]
    return bound(
        st.segmented_control,
        "Evidence for",
        list(methods),
        "proved",
        required=True,
        format_func=lambda name: METHODS[name].title,
        help="Each map stands on its own evidence. Look whether one that pleases the eye passes.",
    )


def say_time(seconds: float) -> str:
    """A time that is only estimated, in words without digits that would pretend more."""
    if seconds < 2:
        return "a second or two"
    if seconds < 90:
        return f"{seconds:.0f} seconds" if seconds < 10 else f"{5 * round(seconds / 5)} seconds"
    minutes = round(seconds / 60)
    return f"{minutes} minutes"


def _offer(title: str, about: Hashable, seconds: float, say: Callable[[str], str]) -> None:
    st.markdown(
        f"Is the map of {shown(title)} about what the model learned, does what it marks move the answer, does it come "
        f"out again? Each is a test on {say('this image')}, with its threshold."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Test this map",
            key="map__gather",
            icon=":material/science:",
            on_click=proofs().want,
            args=[about],
            help=f"Takes pixels away, draws the weights anew, moves {say('the image')} a little, shuffles the steps. "
            "The "
            "time is counted from the passes through the network that this takes and one that was measured here: "
            "it is longer "
            "while others compute. It can be cancelled.",
        )
        st.caption(f"Takes about {say_time(seconds)} here.", width="content")


def _mask(study: Study, reading: Reading) -> np.ndarray | None:
    """Where something is known to lie, in the network's grid; None where nothing is, or nothing of it was read."""
    from medrnn.explanation.evidence.localise import mask_in_reading

    mask = session().masks.get(study.key)
    if mask is None:
        return None
    found = mask_in_reading(mask.labels, reading)
    return found if found.any() else None


def _gather(
    card: Card, reading: Reading, one: Attribution, asked: Choices, mask: np.ndarray | None, about: Hashable
) -> "Evidence | None":
    """Make it, with a bar and a way out; a press of anything ends it."""
    from medrnn.explanation.evidence.collect import gather
    from medrnn.models.catalog import load_seeds

    place, device = st.empty(), sidebar.chosen_device()

    def tell(share: float) -> None:
        bar.progress(min(1.0, share), "Testing the map")

    with place.container():
        bar = st.progress(0.0, "Testing the map")
        st.button(
            "Cancel", key="map__cancel", on_click=proofs().cancel, help="Ends the tests; nothing is kept."
        )
    with parts.guarded():
        found = gather(
            copy.deepcopy(cached.model(card, device)),  # nobody waits for these tests
            reading.sequence,
            method=one.method,
            target=card.classes.index(one.target),
            baseline=asked.baseline,
            seed=asked.seed,
            reading=card.config.reading,
            mask=mask,
            others=load_seeds(card, device),
            values=one.values,
            completeness=one.completeness_error,
            is_recurrent=card.config.model.is_recurrent,
            tell=tell,
        )
        proofs().keep(about, found)
    place.empty()
    return found


def _verdicts(found: "Evidence", say: Callable[[str], str]) -> None:
    from medrnn.explanation.evidence.words import headline, worst_first

    verdicts = worst_first(found.verdicts)
    level = verdicts[0].level if verdicts else "unknown"
    st.markdown(f"{ICONS[level]} **{shown(say(headline(found.verdicts)))}**")
    rows = [{name: say(cell) for name, cell in _row(one).items()} for one in verdicts]
    tables.small(rows, "Every test of this map, the worst first.")


def _row(verdict: "Verdict") -> dict[str, str]:
    from medrnn.explanation.evidence.words import SENTENCES, level_words

    known, edge = verdict.threshold, "from" if verdict.threshold.good == "low" else "below"
    said = SENTENCES.get((verdict.name, verdict.level), "The number is not defined here.")
    number = "none" if verdict.value is None else f"{verdict.value:.3g}"
    return {
        "Test": known.title.capitalize() if known.title.islower() else known.title,
        "Result": level_words(verdict),
        "What that means": said,
        "Number": f"{number}; warning {edge} {known.warns:g}, fails {edge} {known.fails:g} ({known.unit})",
    }


def _files(found: "Evidence", one: Attribution, reading: Reading, inference: Inference) -> None:
    from medrnn.explanation.evidence.record import to_dict

    def packed() -> str:
        told = {"note": DISCLAIMER, "inference": inference.to_dict(), "model": one.model, **to_dict(found)}
        return json.dumps(told, indent=1) + "\n"

    st.download_button(
        "Evidence (JSON)",
        packed,
        f"medrnn-evidence-{one.model}-{one.method}-{reading.study_key[:8]}.json",
        "application/json",
        on_click="ignore",
        key="map__evidence-file",
        icon=":material/download:",
        help="Every number above with its threshold, its seed and how it was made.",
    )

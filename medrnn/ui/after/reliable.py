"""Do its probabilities come true? The reliability diagram, calibration error and Brier's score, before and after."""

from functools import partial

import numpy as np
import streamlit as st

from medrnn import plots
from medrnn.config.what import named
from medrnn.evaluation.calibration import WAYS, Bin, reliability, split_brier
from medrnn.evaluation.outcome import Outcome
from medrnn.evaluation.temperature import FIGURES
from medrnn.models.cards import Card
from medrnn.models.class_names import name_classes
from medrnn.models.sets import scale
from medrnn.ui import cached, figure, parts, tables
from medrnn.ui.after import chosen, sets, words
from medrnn.ui.foreign import plain, shown
from medrnn.ui.model_files import called

ANSWER = -1  # in the place of a class
SCALE = {2: "0 to 1"}  # of Brier's score; of more classes 0 to 2


@st.fragment
def section(card: Card, found: Outcome, picture: str) -> None:
    """The diagram beside its figures."""
    st.subheader(
        "Calibration",
        anchor=False,
        help=named(
            "Do its probabilities come true? Of the images of which it says 80 %, 80 % should be so: marks should lie "
            "on the dotted line. Below it the network is too sure. The larger a mark, the more images it stands for.",
            card.config.reading,
        ),
    )
    left, right = st.columns([5, 4], gap="large")
    with left:
        k, way = _choose(card, found)
        dark = parts.is_dark()
        name = "the answer" if k is None else plain(name_classes(found.classes)[k], 60)
        drawn = cached.of_outcome(
            "reliability",
            card,
            k,
            way,
            dark,
            make=lambda: plots.reliability_diagram(_series(found, k, way), dark=dark),
        )
        figure.draw(
            drawn,
            f"reliability-{called(card)}",
            f"Reliability of the probability of {name}, ECE {found.calibration.before['ece']:.3f} before scaling",
            place="after",
            picture=picture,
        )
    with right:
        _figures(card, found)
        if told := card.sure.get("temperature") if card.sure else None:
            st.markdown(named(sets.decision(told), card.config.reading))
        _parts(found, k, way)


def _choose(card: Card, found: Outcome) -> tuple[int | None, str]:
    """Of which class, None for the answer; and the bins."""
    say = partial(named, reading=card.config.reading)
    first, second = st.columns(2)
    names = name_classes(found.classes)
    with first:
        said = chosen.bound(
            st.selectbox,
            "Probability of",
            [ANSWER, *range(len(names))],
            "said",
            card.id,
            format_func=lambda k: "the answer" if k == ANSWER else plain(names[k], 60),
            help=say(
                "Of the answer, whichever that is, as the ECE counts it; or of one class on all images."
            ),
        )
    with second:
        way = chosen.bound(
            st.segmented_control,
            "Bins",
            list(WAYS),
            "way",
            card.id,
            format_func=WAYS.__getitem__,
            required=True,
            help=say("Equal width as in the ECE; with equal count no bin stands on a few images alone."),
        )
    return None if said == ANSWER else said, way


def _said(probabilities: np.ndarray, labels: np.ndarray, k: int | None) -> tuple[np.ndarray, np.ndarray]:
    """(image,) what was said, and whether it came."""
    if k is None:
        return probabilities.max(1), probabilities.argmax(1) == labels
    return probabilities[:, k], labels == k


def _series(found: Outcome, k: int | None, way: str) -> list[tuple[str, tuple[Bin, ...]]]:
    test, t = found.test, found.calibration.temperature
    series = [("as answered", reliability(*_said(test.probabilities, test.labels, k), way=way))]
    if t is not None:
        series.append(("scaled", reliability(*_said(scale(test.probabilities, t), test.labels, k), way=way)))
    return series


def _figures(card: Card, found: Outcome) -> None:
    told, say = found.calibration, partial(named, reading=card.config.reading)
    st.markdown(say(shown(words.cooled(told))))
    rows = []
    for name, title in FIGURES.items():
        row = {
            say("On the test images"): title,
            "As answered": _number(told.before[name], told.before_ends[name]),
        }
        if told.temperature is not None:
            row["Scaled"] = _number(told.after[name], told.after_ends[name])
            row["Change"] = _number(told.after[name] - told.before[name], told.change_ends[name], sign="+")
        rows.append(row)
    tables.small(rows, "Calibration before and after temperature scaling, with 95 % intervals")
    ends = SCALE.get(len(found.classes), "0 to 2")
    st.caption(
        f"ECE: mean gap between what is said and what comes true, 0 to 1, over 15 bins; a resample repeats "
        f"{say('images')}, so its interval lies a little high. Brier score {ends}; NLL in nats. The less of "
        "each, the better."
    )


def _number(value: float, ends: tuple[float, float] | None, sign: str = "") -> str:
    span = f" ({ends[0]:{sign}z.3f} to {ends[1]:{sign}z.3f})" if ends else ""
    return f"{value:{sign}z.3f}{span}"


def _parts(found: Outcome, k: int | None, way: str) -> None:
    """Murphy's parts of the Brier score of one class; of two classes always."""
    if k is None and len(found.classes) > 2:
        return
    k = 1 if k is None else k
    p = split_brier(*_said(found.test.probabilities, found.test.labels, k), way=way)
    name = plain(name_classes(found.classes)[k], 60)
    st.caption(
        shown(
            f"Brier score of {name} {p.score:.4f} = reliability {p.reliability:.4f} - resolution {p.resolution:.4f} + "
            f"uncertainty {p.uncertainty:.4f} + within bins {p.within:.4f} (Murphy 1973)."
        )
    )

"""How sure its answers are, as the card says it: prediction sets a class at a time, the temperature's decision."""

from functools import partial

import streamlit as st

from medrnn.config.what import named
from medrnn.models.cards import Card
from medrnn.models.class_names import name_classes
from medrnn.models.sure import Covered, Sets, Sizes, Sure, Temperature
from medrnn.ui import tables
from medrnn.ui.after.parts_of import save
from medrnn.ui.foreign import plain, shown

SHARED = ("pneumoniamnist",)  # whose validation images are partly copies of training images


def section(card: Card) -> None:
    """The table, the sizes of the sets, and what is to be known of both."""
    say = partial(named, reading=card.config.reading)
    st.subheader(
        "Prediction sets",
        anchor=False,
        help=say(
            "Which classes cannot be excluded? A class stays in an image's set from a probability on that 9 of 10 of "
            "its validation images reach (Mondrian conformal prediction, by crepes). Look whether the test images of "
            "each class are covered as often: where not, they are another population than those that set the limits."
        ),
    )
    if card.sure is None:
        st.caption(
            "Its card was written before sets were made. Train the model again, and it says which are left."
        )
        return
    if "sets" not in card.sure:
        st.caption(too_few(card))
        return
    sets = card.sure["sets"]
    rows = [
        _row(plain(name, 60), one, say("Validation images"))
        for name, one in zip(name_classes(card.classes), sets["classes"], strict=True)
    ]
    tables.small(
        rows, say("How often the sets of each class hold it, on halves of the validation images and on test")
    )
    save(card, rows, "prediction sets")
    for said in sentences(card.sure, sets, card):
        st.caption(said)


def too_few(card: Card) -> str:
    """Why a model has no sets."""
    counts = card.sure["val"] if card.sure else []
    told = ", ".join(
        f"{shown(plain(n, 60))} {k}" for n, k in zip(name_classes(card.classes), counts, strict=True)
    )
    return (
        f"Too few validation {named('images', card.config.reading)} for sets and a temperature: {told}; 20 of "
        "each class, and patients, are needed."
    )


def _row(name: str, one: Covered, counted: str) -> dict[str, str]:
    test = "none" if one["test"] is None else f"{100 * one['test']:.1f} %"
    if one["test_interval"]:
        low, high = (100 * end for end in one["test_interval"])
        test += f" ({low:.1f} to {high:.1f}; n = {one['test_count']})"
    return {
        "Class": name,
        counted: f"{one['count']:,}",
        "Stays from": f"{100 * one['limit']:.1f} %",
        "Held, held-out half": f"{100 * one['halves']:.1f} % (SD {100 * one['spread']:.1f}; n = {one['held_out']})",
        "Held, test": test,
    }


def sentences(sure: Sure, sets: Sets, card: Card) -> list[str]:
    """What was tried, whether the promise holds on validation and on test, the sizes, and a limit."""
    level, n = sets["level"], sets["rounds"]
    say = partial(named, reading=card.config.reading)
    said = [
        f"{say(_promise(sets))} Limits from one half of the validation {say('images')}, counted on the other, "
        f"mean over {n} random "
        f"halves (seed {sure['seed']}).",
        f"Classes a set, held-out halves: {_sizes(sets['halves'])}. On test: {_sizes(sets['test'])}.",
    ]
    low = [
        shown(plain(name, 60))
        for name, one in zip(name_classes(card.classes), sets["classes"], strict=True)
        if one["test_interval"] and one["test_interval"][1] < level
    ]
    if low:
        said.append(
            f"On test **{', '.join(low)}** is held less often than {100 * level:.0f} %, beyond chance: the test split "
            f"is another population than the validation {say('images')}, for which alone the promise stands. So "
            "it will "
            f"be with {say('images')} from elsewhere."
        )
    if card.data["name"] in SHARED:
        said.append(
            "A limit: 8 validation images are training images too, so limits are a little too hopeful."
        )
    else:
        said.append(
            say("A limit: the validation images chose the epoch, so limits are a little too hopeful.")
        )
    return said


def _promise(sets: Sets) -> str:
    inside = [
        abs(one["halves"] - sets["level"])
        <= 2 * (sets["level"] * (1 - sets["level"]) / one["held_out"]) ** 0.5
        for one in sets["classes"]
    ]
    if all(inside):
        return f"Every class is held within two standard errors of {100 * sets['level']:.0f} % on images held out."
    return f"{sum(inside)} of {len(inside)} classes are held within two standard errors on images held out."


def _sizes(one: Sizes) -> str:
    parts = (("one", one["one"]), ("several", one["more"]), ("none", one["empty"]))
    shares = ", ".join(f"{name} in {100 * share:.1f} %" for name, share in parts)
    return f"{one['mean']:.2f} in the mean; {shares}"


def decision(told: Temperature) -> str:
    """Whether the temperature is on, and by what it was decided."""
    losses = f"{told['before']:.4f} nats as answered, {told['after']:.4f} scaled"
    by = f"{told['folds']}-fold cross-validation over the validation images, {told['by']} by {told['by']}"
    if told["is_on"]:
        return (
            f"**The temperature {told['value']:.2f} is on**: it lowers the loss of images left out ({losses}; {by}). "
            "The scaled probability stands beside an answer; sets and all other figures are of the answer as it is."
        )
    return f"**The temperature is off**: it does not lower the loss of images left out ({losses}; {by})."


def calibrated(sure: Sure) -> str:
    """ECE and Brier's score of a card with their intervals, for its figures."""

    def figure(name: str, value: float, ends: list[float] | None) -> str:
        return f"{name} {value:.3f}" + (f" ({ends[0]:.3f} to {ends[1]:.3f})" if ends else "")

    ece, brier = sure["ece"], sure["brier"]
    told = f"{figure('ECE', ece['value'], ece['interval'])}, {figure('Brier score', brier['value'], brier['interval'])}"
    by = (
        f"{sure['rounds']:,} bootstrap resamples by {sure['unit']}, seed {sure['seed']}"
        if sure["rounds"]
        else "no intervals: too few"
    )
    return f"Calibration on test: {told}; {by}."

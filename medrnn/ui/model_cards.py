"""Model cards as a page shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from medrnn.config.what import named
from medrnn.evaluation.metrics import METRICS
from medrnn.evaluation.zoo import over_seeds
from medrnn.models.cards import Baselines, Card
from medrnn.models.catalog import runs_folder
from medrnn.training.again import beside
from medrnn.ui import address, adopting, cached, look, model_files, network, sidebar
from medrnn.ui.after import sets
from medrnn.ui.foreign import shown
from medrnn.ui.state import session

NOT_MEASURED = "not measured here"
MOST_DAMAGED = 20  # shown at once


def figure(figures: Mapping[str, Any], name: str) -> str:
    """A figure with its 95 % interval, such as "89.7 % (87.1 to 91.9)"."""
    return METRICS[name].show(figures, name)


def figures_of(figures: Mapping[str, Any]) -> dict[str, str]:
    """Every figure by its title; those that an older card lacks are left out."""
    return {metric.title: figure(figures, name) for name, metric in METRICS.items() if name in figures}


def _row(card: Card) -> dict[str, Any]:
    test: Mapping[str, Any] = card.metrics["test"] if card.is_measured else {}
    return {
        "Model": card.id,
        "Network": card.summary,
        "Reading": card.reading,
        "Data": card.data["title"],
        "Test accuracy": figure(test, "accuracy") if test else NOT_MEASURED,
        "Test AUC": figure(test, "auc") if test else NOT_MEASURED,
        "Parameters": card.parameters,
    }


def choose() -> Card:
    """The table of all models; the picked one, or the one in use."""
    cards = cached.cards()
    if not cards:
        st.info("No model yet. Train one on the page Train.")
        st.stop()
    ids = list(cards)
    picked = st.dataframe(
        [_row(card) for card in cards.values()],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=look.sized("models__table"),
    ).selection.rows
    st.caption("Test figures with their 95 % intervals; test data chose no epoch, no seed and no setting.")
    if picked and picked[0] < len(ids):
        return cards[ids[picked[0]]]
    return cards.get(address.asked("model", cards) or session().model) or cards[ids[0]]


def damaged() -> None:
    """Folders whose model cannot be used, each with the reason and the way to its Delete button."""
    found = cached.damaged()
    if not found:
        return
    with st.expander(f"Damaged: {len(found)}", icon=":material/broken_image:"):
        for name, reason in list(found.items())[:MOST_DAMAGED]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(shown(reason), width="stretch")
                st.page_link("pages/runs.py", label="Look at it, delete it", query_params={"run": name})
        if len(found) > MOST_DAMAGED:
            st.caption(f"{len(found) - MOST_DAMAGED} more stand on the page Runs.")


def _command(card: Card) -> str:
    """How to make it again: beside its own folder where that still stands among the runs."""
    is_there = (runs_folder() / card.folder.name).exists()
    return beside(card.command, card.id) if is_there else card.command


def show(card: Card) -> None:
    """One card: data, preprocessing, recipe, seed, figures with intervals, limits, licence."""
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.subheader(shown(card.title), anchor=False, width="content")
            st.button(
                "Use this model",
                on_click=sidebar.use_model,
                args=[card.id],
                disabled=session().model == card.id,
                help="Makes it the model that Read, Memory and Map show.",
            )
        _figures(card)
        left, right = st.columns(2, gap="large")
        with left:
            st.markdown("**Limits**\n" + "".join(f"\n- {shown(sentence)}" for sentence in card.limits))
        with right:
            st.markdown(f"**Data.** {shown(card.data['about'])} Licence: {shown(card.data['licence'])}.")
            counts = card.data["counts"]
            if card.is_measured:
                st.markdown(
                    f"{named('Images', card.config.reading)}: {counts['train']:,} train, {counts['val']:,} validation, "
                    f"{counts['test']:,} test."
                )
            st.markdown(
                "**Preprocessing**\n"
                + "".join(f"\n- {shown(k)}: {shown(v)}" for k, v in card.preprocessing.items())
            )
            st.markdown(
                f"**Network.** {card.summary}, {card.parameters:,} parameters. **Seed** {card.config.seed}."
            )
            trained = f"Trained in {card.elapsed_s:.0f} s on {shown(card.device.upper())}; licence"
            st.markdown(f"{trained if card.is_measured else 'Licence'}: {shown(card.licence)}.")
            st.code(_command(card), language=None, wrap_lines=True)
        with st.expander("The network as a diagram", expanded=True):
            network.show(card.config.model, card.config.reading, key="models", name=card.id)
        with st.expander("All settings"):
            st.json(card.config.to_dict())
        model_files.row(card)
        adopting.delete(card)


def beside_baselines(card: Card) -> str:
    """What simple ways reach on the same test images, and whether the network is ahead; empty where nobody measured."""
    found = card.metrics.get("baselines")
    if found is None:
        return ""
    commonest, regression = (
        100 * one["accuracy"] for one in (found["majority"], found["logistic_regression"])
    )
    said = (
        f"Simple ways on the same {named('images', card.config.reading)}: always the commonest class "
        f"{commonest:.1f} %, logistic regression on means of 16 x 16 blocks {regression:.1f} %. In accuracy "
        f"the network {_ahead('logistic regression', 'the regression', found['ahead'], found['ahead_interval'])}."
    )
    return f"{said} {_beside_brightness(found)}".rstrip()


def _beside_brightness(found: Baselines) -> str:
    """The same of how bright the middle of a series is; empty of images."""
    if "brightness" not in found:
        return ""
    bright = found["brightness"]
    area = "" if bright["auc"] is None else f" (AUC {bright['auc']:.3f})"
    how = _ahead(
        "brightness", "brightness", found["brightness_ahead"], found.get("brightness_ahead_interval")
    )
    return (
        "How bright the middle of the series is, the mean of its brightest 1 %, alone is right in "
        f"{100 * bright['accuracy']:.1f} %{area}; the network {how}."
    )


def _ahead(than: str, other: str, by: float, interval: Sequence[float] | None) -> str:
    """What the interval allows to be said: where it holds 0, neither that one is better nor that both are alike."""
    points = f"{100 * by:+.1f} points"
    if interval is None:
        return f"is **not shown to be better than {than}**: {points}, from too few patients for an interval"
    low, high = (100 * v for v in interval)
    points += f" ({low:.1f} to {high:.1f})"
    if low > 0:
        return f"is ahead of {other} by {points}"
    return f"is **worse**: {points}" if high < 0 else f"is **not shown to be better than {than}**: {points}"


def _figures(card: Card) -> None:
    if not card.is_measured:
        st.markdown(
            f"**Figures**: {NOT_MEASURED}. Where its classes and size are those of a shipped data set, the page "
            "Compare measures it on that."
        )
        return
    every = [("test", card.metrics["test"]), ("validation", card.metrics["val"])]
    every += [(f"test, seed {seed['seed']}", seed["test"]) for seed in card.metrics.get("seeds", [])]
    rows = [{"Split": name, "n": f["n"], **figures_of(f)} for name, f in every]
    units = named("images", card.config.reading)
    st.markdown(f"**Figures**, 95 % intervals: Wilson for accuracy, bootstrap over {units} for AUC")
    st.table(rows)
    if said := beside_baselines(card):
        st.markdown(said)
    if card.sure:
        st.markdown(named(sets.calibrated(card.sure), card.config.reading))
    mean = card.metrics.get("mean")
    if mean:
        found = {metric.title: over_seeds(card, name) for name, metric in METRICS.items() if name in mean}
        said = ", ".join(f"{title} {value}" for title, value in found.items() if value)
        kept = " The weights of all are here, and their spread stands beside every answer."
        st.caption(
            f"Mean over {len(card.metrics.get('seeds', []))} seeds and its standard error: {said}. Seed "
            f"{card.config.seed} is the one that runs.{kept if card.other_seeds else ''}"
        )
    if card.metrics.get("stopped"):
        st.caption("This run was stopped before its last epoch.")

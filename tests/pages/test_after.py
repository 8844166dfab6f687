"""The figures of one model, below a card and below a finished run: what stands there is what was counted."""

import html
import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, roc_auc_score

from medrnn import plots
from medrnn.config import DISCLAIMER
from medrnn.datasets import load_dataset
from medrnn.datasets.outlines import read_outlines
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.explanation.beyond.views import answer_views
from medrnn.models.catalog import find_card, load_model
from medrnn.training.run import train
from medrnn.ui import cached
from medrnn.ui.after import sets, source, wall
from medrnn.ui.after.chosen import MOST, Chosen, of
from medrnn.ui.state import KEY, Session
from tests.pages.test_address import arrive
from tests.pages.test_pages import components, visit
from tests.training.conftest import config, data, npz  # noqa: F401  fixtures

MODEL = "pneumonia-rnn-forward"


@pytest.fixture(autouse=True)
def _no_cards_of_the_test_before():
    cached.forget_cards()


@pytest.fixture(scope="module")
def answered():
    """(image, class) probabilities of a shipped model on its test images, and the labels."""
    card, found = find_card(MODEL), load_dataset("pneumoniamnist")
    reading = card.config.reading
    return answer(load_model(MODEL), to_grids(found.test.images, reading), reading), found.test.labels


def opened(model=MODEL, **choices):
    at = visit("models", Session(model=model, after={model: Chosen(**choices)}))
    assert not at.exception and not at.error
    return at


def words(at):
    kinds = (at.markdown, at.caption, at.info)
    return html.unescape(" ".join(str(one.value) for kind in kinds for one in kind))


def figures(at):
    return {chart.proto.id: json.loads(chart.proto.spec) for chart in at.get("plotly_chart")}


def figure(at, name):
    (found,) = [spec for key, spec in figures(at).items() if f"after__figure-{name}" in key]
    return found


def tiles(at, name):
    (found,) = [c for c in components(at, "medrnn_tiles") if f"after-{name}" in c.proto.id]
    return json.loads(found.proto.json)["tiles"]


def table(at, column):
    (found,) = [one.value for one in at.table if column in one.value]
    return found.map(lambda cell: html.unescape(str(cell)))


def test_the_matrix_is_the_one_of_scikit_learn_and_its_cells_list_their_images(answered):
    p, y = answered
    wanted = confusion_matrix(y, p.argmax(1))
    at = opened()
    cells = figure(at, f"confusion-{MODEL}")["data"][2]
    for (label, given), said in zip(cells["customdata"], cells["text"], strict=True):
        assert said.endswith(f": {wanted[label, given]} of {wanted[label].sum()}")
    at.selectbox(key=f"after__label-{MODEL}").set_value(1)
    at.selectbox(key=f"after__answer-{MODEL}").set_value(0).run()
    (rows,) = np.nonzero((y == 1) & (p.argmax(1) == 0))
    ordered = rows[np.argsort(-p[rows, 0], kind="stable")]
    assert [int(tile["id"]) for tile in tiles(at, "cell")] == ordered[: wall.MOST].tolist()
    assert f"{wanted[1, 0]} images labelled pneumonia, answered normal" in words(at)
    assert at.session_state[KEY].after[MODEL].cell == (1, 0)


def test_the_threshold_moves_the_point_in_both_curves_and_the_sentence(answered):
    p, y = answered
    at = opened()
    for percent in (50.0, 80.0):
        at.slider(key=f"after__threshold-1-{MODEL}").set_value(percent).run()
        called, there = p[:, 1] >= percent / 100, y == 1
        sensitivity, precision = (called & there).sum() / there.sum(), (called & there).sum() / called.sum()
        specificity = (~called & ~there).sum() / (~there).sum()
        said = f"sensitivity {100 * sensitivity:.1f} % ("
        assert said in words(at) and f"specificity {100 * specificity:.1f} % (" in words(at)
        point = figure(at, f"roc-{MODEL}")["data"][2]
        assert (point["x"][0], point["y"][0]) == pytest.approx((1 - specificity, sensitivity))
        point = figure(at, f"precision-recall-{MODEL}")["data"][2]
        assert (point["x"][0], point["y"][0]) == pytest.approx((sensitivity, precision))


def test_the_address_keeps_the_class_and_the_threshold_and_brings_them_back():
    at = arrive("models", model=MODEL, threshold="31.4")
    assert not at.exception and at.slider(key=f"after__threshold-1-{MODEL}").value == pytest.approx(31.4)
    at.slider(key=f"after__threshold-1-{MODEL}").set_value(72.0).run()
    assert at.query_params["threshold"] == "72" and "target" not in at.query_params
    at.slider(key=f"after__threshold-1-{MODEL}").set_value(50.0).run()
    assert "threshold" not in at.query_params
    at = arrive("models", model="mnist-rnn", target="4", threshold="20")
    assert at.slider(key="after__threshold-4-mnist-rnn").value == pytest.approx(20)
    assert (at.query_params["target"], at.query_params["threshold"]) == ("4", "20")
    at = arrive("models", model=MODEL, target="seven", threshold="101")
    assert (
        not at.exception and "is no class of this model" in words(at) and "no threshold from 0" in words(at)
    )


def test_a_dear_miss_asks_for_a_lower_threshold_and_a_press_takes_it():
    asked = []
    for cost in ("0.1", "1", "20"):
        at = opened(cost=cost)
        (button,) = [b for b in at.button if b.label.startswith("Take ")]
        asked.append(float(button.label.split()[1]))
        assert "has the least cost on the validation images, not on these" in words(at)
    assert asked == sorted(asked, reverse=True) and asked[0] > asked[2]
    button.click()
    at.run()
    assert at.slider(key=f"after__threshold-1-{MODEL}").value == pytest.approx(asked[2])
    assert f"{asked[2]:.1f} %" in at.get("plotly_chart")[1].proto.spec + words(at)
    at.selectbox(key=f"after__prevalence-{MODEL}").set_value("0.01").run()
    assert "Where 1 % of the images are of this class: PPV" in words(at)


def test_the_worst_mistakes_stand_in_their_order_and_one_opens_on_every_page(answered):
    p, y = answered
    (wrong,) = np.nonzero(p.argmax(1) != y)
    ordered = wrong[np.argsort(-p[wrong].max(1), kind="stable")]
    at = opened(images={"worst": int(ordered[3])})
    assert [int(tile["id"]) for tile in tiles(at, "worst")] == ordered[: wall.MOST].tolist()
    title = f"Pneumoniamnist test {ordered[3] + 1}, labelled"
    assert title in words(at) and "which is not the label" in words(at)
    next(b for b in at.button if b.key == "after__go-worst-memory").click()
    at.run()
    assert not at.exception and at.title[0].value == "Memory"
    state = at.session_state[KEY]
    assert state.study.title.startswith(f"pneumoniamnist test {ordered[3] + 1},") and state.model == MODEL
    at.switch_page("pages/models.py").run()
    at.selectbox(key=f"after__start-worst-{MODEL}").set_value(wall.MOST).run()
    assert [int(tile["id"]) for tile in tiles(at, "worst")] == ordered[wall.MOST : 2 * wall.MOST].tolist()


def test_tables_hold_each_class_and_each_group_and_calibration_before_and_after():
    at = opened("chest-kinds")
    assert table(at, "Precision")["Class"].tolist() == ["normal", "bacteria", "virus"]
    assert set(table(at, "Group")["Group"]) == {"below 46 %", "46 % and more"} and "365 patients" in words(at)
    assert table(at, "Scaled")["On the test images"].tolist() == ["ECE", "Brier score", "NLL"]
    assert "Temperature fitted on the validation images" in words(at)


@pytest.mark.parametrize(
    ("model", "count"), [("mnist-rnn", 10), ("blood-renet", 8), ("chest-kinds", 3)], ids=str
)
def test_of_many_classes_each_can_be_told_from_the_rest(model, count):
    at = opened(model)
    assert len(figure(at, f"confusion-{model}")["data"][2]["customdata"]) == count**2
    at.selectbox(key=f"after__target-{model}").set_value(count - 1).run()
    assert not at.exception and at.slider(key=f"after__threshold-{count - 1}-{model}")
    at.selectbox(key=f"after__said-{model}").set_value(0).run()
    assert not at.exception and "Murphy 1973" in words(at)
    assert ("only a part is here" in words(at)) is (model == "blood-renet")


def test_sets_and_the_temperature_stand_as_the_card_has_them():
    told, sure = words(opened()), find_card(MODEL).sure
    normal, pneumonia = sure["sets"]["classes"]
    assert "Every class is held within two standard errors of 90 % on images held out." in told
    assert f"{sure['sets']['test']['mean']:.2f} in the mean" in told and "another population" in told
    assert normal["test"] < 0.85 < 0.9 < pneumonia["test"]
    t = sure["temperature"]
    assert f"temperature {t['value']:.2f} is on" in told and f"{t['before']:.4f} nats as answered" in told
    assert f"ECE {sure['ece']['value']:.3f} (" in told


def test_a_model_without_sets_says_why():
    card = find_card(MODEL)
    sure = {name: value for name, value in card.sure.items() if name not in ("sets", "temperature")}
    said = sets.too_few(replace(card, sure={**sure, "val": [7, 140]}))
    assert "normal 7, pneumonia 140" in said and "20 of each class" in said
    off = {**card.sure["temperature"], "is_on": False}
    assert sets.decision(off).startswith("**The temperature is off**") and "is on" not in sets.decision(off)


def test_nothing_is_answered_or_drawn_again_where_nothing_changed(monkeypatch):
    at = opened()
    before = figures(at)

    def never(*args, **named):
        raise AssertionError("drawn again")

    for name in ("confusion_matrix", "roc_point", "precision_recall_point", "reliability_diagram"):
        monkeypatch.setattr(plots, name, never)
    monkeypatch.setattr("medrnn.compare.sets.answer_images", never)
    at.run()
    assert not at.exception and figures(at) == before


def test_below_a_finished_run_stand_the_same_figures_but_not_beside_the_form(runs):
    from medrnn.training.presets import PRESETS

    recipe = replace(PRESETS["pneumonia-rnn-forward"], epochs=1, limit=64)
    list(train(recipe, runs / "mine"))
    at = visit("runs", Session(run="mine"))
    assert not at.exception and not at.error
    assert figure(at, "confusion-mine") and tiles(at, "worst")
    assert find_card("mine").metrics["test"]["n"] == 624 and "624 test images" in words(at)
    at = visit("train", Session(run="mine"))
    assert not any("after__" in key for key in figures(at))
    assert "Every figure, curve and mistake" in [link.proto.label for link in at.get("page_link")]


def test_data_of_somebody_else_are_measured_but_never_shown_and_what_is_gone_is_said(config, runs, npz):  # noqa: F811
    list(train(replace(config, epochs=1), runs / "mine"))
    at = visit("runs", Session(run="mine"))
    assert not at.exception and figure(at, "confusion-mine")
    assert not [c for c in components(at, "medrnn_tiles") if "after-" in c.proto.id]
    assert str(npz) not in words(at) and npz.name not in words(at)
    with np.load(npz) as held:
        arrays = dict(held)
    np.savez(npz, **arrays | {"test_images": 255 - arrays["test_images"]})
    at = visit("runs", Session(run="mine"))
    assert source.OTHERS in words(at) and not any("after__" in key for key in figures(at))
    npz.unlink()
    at = visit("runs", Session(run="mine"))
    assert not at.exception and source.GONE in words(at)
    assert "On the test split (n = 60)" in " ".join(one.value for one in at.success)


def test_a_file_of_a_wall_says_what_it_is_and_every_probability(answered):
    p, y = answered
    card = find_card(MODEL)
    found = cached.outcome(card, "pneumoniamnist", "cpu")
    rows = np.flatnonzero(p.argmax(1) != y).tolist()[:3]
    shown = wall.Wall(card, source.find(card), found, "worst", "Worst", rows)
    lines = wall.table(shown).splitlines()
    assert lines[0] == f"# {DISCLAIMER}" and card.digest in lines[1]
    assert lines[2] == "index,label,answer,p(normal),p(pneumonia)"
    assert [int(line.split(",")[0]) for line in lines[3:]] == rows
    assert float(lines[3].split(",")[4]) == pytest.approx(p[rows[0], 1], abs=1e-6)
    assert wall._sheet(shown).startswith(b"\x89PNG")
    assert wall.model_files.name_of(replace(card, id="own-" + "0" * 32), "worst") == "medrnn-own-model-worst"


def test_choices_of_few_models_are_kept():
    from streamlit.testing.v1 import AppTest

    def script():
        from medrnn.ui.after.chosen import MOST, of
        from medrnn.ui.state import session

        first = of("a")
        for k in range(MOST - 1):
            of(str(k))
        assert of("a") is first
        of("one more")
        assert len(session().after) == MOST and "0" not in session().after

    assert not AppTest.from_function(script).run().exception
    assert MOST > 1 and callable(of)


def test_who_holds_a_run_on_own_data_sees_its_images_and_no_file_is_named_by_the_secret(data, runs, config):  # noqa: F811
    from medrnn.datasets.own import delete_own, keep
    from medrnn.models.catalog import private_id

    token = keep(data)
    run_id = private_id()
    list(train(replace(config, data=token, epochs=1), runs / run_id))
    at = visit("runs", Session(run=run_id, held={run_id}))
    assert not at.exception and not at.error
    assert figure(at, "confusion-own-model") and "60 test images" in words(at)
    (first, *_) = [tile for wall_name in ("worst", "cell") for tile in walls(at, wall_name)]
    assert first["about"].startswith("Test image ")
    secrets = (run_id, token.removeprefix("own:"))
    names = [chart.proto.config for chart in at.get("plotly_chart")]
    names += [button.proto.url for button in at.get("download_button")]
    assert names and not any(secret in name for secret in secrets for name in names)
    assert secrets[1] not in words(at)
    at.session_state[KEY].after[run_id].images["cell"] = int(walls(at, "cell")[0]["id"])
    at.run()
    next(b for b in at.button if b.key == "after__go-cell-open").click()
    at.run()
    assert not at.exception and at.session_state[KEY].study.title.startswith("Own data ")
    assert secrets[1] not in at.session_state[KEY].study.title
    delete_own(token)
    at = visit("runs", Session(run=run_id, held={run_id}))
    assert not at.exception and source.GONE in words(at)


def walls(at, name):
    """The tiles of a wall, none where it is not there."""
    found = [c for c in components(at, "medrnn_tiles") if f"after-{name}" in c.proto.id]
    return json.loads(found[0].proto.json)["tiles"] if found else []


def test_films_without_their_lungs_are_answered_and_what_that_means_is_said():
    at = opened("chest-rows")
    assert not [one for one in at.table if "What is seen" in one.value]
    at.session_state["after__lungs"] = True
    at.run(timeout=120)
    assert not at.exception
    shown = table(at, "What is seen").set_index("What is seen")
    found = answer_views(
        load_model("chest-rows"), find_card("chest-rows"), load_dataset("chest64"), read_outlines("chest64")
    )
    auc = roc_auc_score(found.labels, found.of("no-lungs")[:, 1])
    assert shown.loc["All but the lungs, which are blanked", "AUC"].startswith(f"{auc:.3f} (")
    assert (f"Without any lung it still tells the classes apart (AUC {auc:.2f})" in words(at)) is (auc >= 0.6)


def test_a_model_of_other_data_is_not_asked_about_lungs():
    at = opened()
    at.session_state["after__lungs"] = True
    assert not [one for one in at.run().table if "What is seen" in one.value]

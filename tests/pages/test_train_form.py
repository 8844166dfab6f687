"""The form of Train: every recipe comes up as it is, only what applies is shown, and faults are sentences."""

from dataclasses import replace

import pytest

from medrnn.config import OPTIMIZERS, SCHEDULES, ModelConfig, ReadingConfig, Strength, TrainConfig
from medrnn.config.augmentation import LIMITS
from medrnn.datasets import load_dataset, own
from medrnn.models.describe import describe_network
from medrnn.training.defaults import fit_defaults, shape_of
from medrnn.training.presets import ALL
from medrnn.training.runs.processes import stop_run
from medrnn.ui.runs.fields import divisors, encoders_for, whole_numbers
from medrnn.ui.state import KEY, Session
from tests.models.built import allowed, settings
from tests.pages.test_pages import visit


def field(kind, label):
    found = [one for one in kind if one.label == label]
    return found[0] if found else None


def choose(at, kind, label, value):
    field(getattr(at, kind), label).set_value(value)
    return at.run()


def with_recipe(name):
    at = visit("train")
    at.selectbox(key="train__recipe").set_value(name)
    return at.run()


def totals(at):
    return next(one.value for one in at.caption if "multiply-adds" in one.value)


@pytest.mark.parametrize(
    "name",
    [
        "quick",
        "official-best",
        "mnist-renet",
        "chest-renet",
        "chest-rows",
        "chest-cnn",
        "chest-kinds",
        "blood-renet",
        "pneumonia-lstm-snake",
        "mnist-gru",
    ],
)
def test_a_recipe_comes_up_as_it_is(name):
    at = with_recipe(name)
    assert not at.exception and not at.error
    layers = describe_network(ALL[name].model, ALL[name].reading)
    parameters, cost = (sum(getattr(one, what) for one in layers) for what in ("parameters", "multiply_adds"))
    assert totals(at).startswith(f"{parameters:,} parameters, {cost:,} multiply-adds")
    assert not field(at.button, "Start training").disabled


def test_only_what_applies_is_shown():
    at = with_recipe("chest-cnn")
    assert field(at.button_group, "Cell") is None and field(at.number_input, "Units") is None
    assert field(at.selectbox, "Encoder").options == ["A convolution stem over the image"]
    assert len(field(at.selectbox, "Read out").options) == 2
    for name in ("Order", "Direction"):
        assert field(at.button_group, name) is None  # the whole image is seen at once
    assert field(at.selectbox, "Patch") is None
    choose(at, "button_group", "What reads", "sweeps")
    assert field(at.button_group, "Direction") is None
    assert field(at.button_group, "Cell") and field(at.number_input, "Pairs")
    choose(at, "button_group", "What a place is", "raster")
    choose(at, "selectbox", "Encoder", "linear")
    assert field(at.number_input, "Values a step") and field(at.selectbox, "Stem") is None
    assert field(at.selectbox, "Patch").value == 4
    assert not at.exception and not at.error


def test_a_set_in_colour_is_read_in_colour_and_a_grey_one_in_grey():
    at = with_recipe("quick")
    assert field(at.button_group, "Pixels").value == "grey"
    choose(at, "selectbox", "Data", "blood64")
    assert field(at.button_group, "Pixels").value == "rgb"
    assert not at.exception and not at.error
    choose(at, "selectbox", "Data", "chest64")
    assert field(at.button_group, "Pixels").value == "grey"


@pytest.mark.parametrize(
    ("label", "value", "match"),
    [
        pytest.param(
            "Rows", 513, "Rows or columns, size: expected a number from 2 to 512, got 513", id="size"
        ),
        pytest.param("Rows", 63, "expected an image of a multiple of 4", id="stem-and-size"),
        pytest.param("Units", 0, "Units, width: expected a number from 1 to 1,024, got 0", id="width"),
        pytest.param("Pairs", 9, "layers: expected a number from 1 to 8", id="layers"),
    ],
)
def test_what_does_not_go_together_is_a_sentence_and_cannot_be_started(label, value, match):
    at = choose(with_recipe("chest-renet"), "number_input", label, value)
    assert not at.exception
    assert match in at.error[0].value
    assert field(at.button, "Start training").disabled


def test_a_stem_of_ones_own_is_typed():
    at = choose(with_recipe("chest-renet"), "selectbox", "Stem", "own")
    for label, text in (("Channels", "8 16"), ("Strides", "2,2")):
        choose(at, "text_input", label, text)
    assert not at.exception and not at.error
    choose(at, "text_input", "Strides", "2, two")
    assert "strides: expected whole numbers such as 24, 48" in at.error[0].value
    choose(at, "text_input", "Strides", "2")
    assert "strides: expected 2 of 1 or 2, one a convolution" in at.error[0].value


def test_patches_are_divisors_of_both_sides_and_there_is_more_than_one():
    assert divisors(12, 20) == [2, 1]
    assert divisors(8, 8) == [4, 2, 1]
    assert divisors(7, 7) == [1]
    assert whole_numbers("stem", " 8,16  32") == (8, 16, 32)


def test_the_encoders_offered_are_those_that_the_checks_allow():
    offered = {
        (encoder, core, order)
        for core in ("stack", "streams", "sweeps", "none")
        for order in ("rows", "raster")
        for encoder in encoders_for(core, settings("none", "stack", order=order)[1])
    }
    known = {(encoder, core, order) for encoder, core, _, order in allowed() if order in ("rows", "raster")}
    assert known <= offered
    assert {
        one for one in offered - known if one[1] != "streams"
    } == set()  # streams of patches are refused in words


def test_every_recipe_is_offered_and_the_first_follows_from_the_data():
    recipe = visit("train").selectbox(key="train__recipe")
    assert recipe.value == "fits" and len(recipe.options) == 1 + len(ALL)


def started(at, monkeypatch):
    """The settings that a press of the button starts a run with."""
    from medrnn.training.runs import processes

    seen = []
    monkeypatch.setattr(processes, "start_run", lambda config, device: seen.append(config) or "")
    field(at.button, "Start training").click()
    at.run()
    assert not at.exception and len(seen) == 1
    return seen[0]


@pytest.mark.parametrize("name", ["pneumoniamnist", "blood64"])
def test_what_fits_the_data_starts_as_the_defaults_say(name, monkeypatch):
    at = choose(visit("train"), "selectbox", "Data", name)
    assert not at.exception and not at.error
    data = load_dataset(name)
    assert started(at, monkeypatch) == fit_defaults(shape_of(data))


@pytest.mark.parametrize("name", ["quick", "pneumonia-lstm-snake", "chest-cnn", "rnn-unclipped"])
def test_an_unchanged_recipe_starts_as_it_is(name, monkeypatch):
    found = started(with_recipe(name), monkeypatch)
    wanted = ALL[name].to_dict()
    wanted["model"]["features"] = ALL[name].reading.features
    assert found.to_dict() == wanted


def test_every_lever_reaches_the_run(monkeypatch):
    at = with_recipe("quick")
    choose(at, "selectbox", "Optimiser", "sgd")
    choose(at, "selectbox", "Learning-rate decay", "plateau")
    for label, value in (("Learning rate", 0.25), ("Clip the norm at", 0.5), ("Clip values at", 0.1)):
        choose(at, "number_input", label, value)
    for label, value in (("Label smoothing", 0.1), ("Patience", 4), ("Training images", 500)):
        choose(at, "number_input", label, value)
    choose(at, "selectbox", "Weights of classes", "balanced")
    choose(at, "selectbox", "Drawing", "balanced")
    choose(at, "selectbox", "Weights that are kept", "best-loss")
    choose(at, "selectbox", "Average", "ema")
    choose(at, "selectbox", "Change training images at random", "own")
    choose(at, "slider", "Rotation", 30.0)
    choose(at, "selectbox", "Mirror", "across")
    choose(at, "button_group", "Budget", "steps")
    choose(at, "number_input", "Steps", 120)
    found = started(at, monkeypatch)
    wanted = {
        **{"optimizer": "sgd", "schedule": "plateau", "learning_rate": 0.25, "clip": 0.5, "clip_value": 0.1},
        **{"label_smoothing": 0.1, "patience": 4, "limit": 500, "class_weights": "balanced", "steps": 120},
        **{"sampler": "balanced", "keep": "best-loss", "average": "ema", "augment": "own"},
    }
    assert {name: getattr(found, name) for name in wanted} == wanted
    assert found.strength == Strength(degrees=30.0, mirror="across")


def test_every_lever_of_the_settings_has_its_field():
    at = with_recipe("quick")
    assert field(at.selectbox, "Optimiser").options == [
        title[:1].upper() + title[1:] for title in OPTIMIZERS.values()
    ]
    assert len(field(at.selectbox, "Learning-rate decay").options) == len(SCHEDULES)
    choose(at, "selectbox", "Change training images at random", "own")
    assert len(at.slider) == len(LIMITS)


def test_what_was_chosen_is_there_again_after_another_page_and_can_be_put_back():
    at = with_recipe("quick")
    choose(at, "number_input", "Batch", 48)
    choose(at, "button_group", "Cell", "gru")
    at.switch_page("pages/about.py").run()
    at.switch_page("pages/train.py").run()
    assert at.selectbox(key="train__recipe").value == "quick"
    assert field(at.number_input, "Batch").value == 48 and field(at.button_group, "Cell").value == "gru"
    field(at.button, "Start values").click()
    at.run()
    assert field(at.number_input, "Batch").value == 64 and field(at.button_group, "Cell").value == "lstm"


def test_a_run_that_is_to_be_changed_fills_the_form(monkeypatch):
    draft = TrainConfig(data="mnist", epochs=3, batch=32, learning_rate=5e-4, augment="own")
    draft = replace(draft, model=replace(draft.model, classes=10), strength=Strength(crop=0.2))
    at = visit("train", Session(draft=draft))
    assert at.selectbox(key="train__recipe").value == "changed"
    assert started(at, monkeypatch) == draft
    assert at.session_state[KEY].learn_from == "mnist"


def test_a_set_that_is_learnt_from_by_hand_is_held():
    from medrnn.ui.runs import by_hand

    whole = load_dataset("busi64")
    name = own.keep(replace(whole, train=whole.train.first(40)))
    config = replace(ALL["quick"], data=name, batch=8, reading=ReadingConfig(size=(64, 64)))
    at = visit("train")
    at.session_state[KEY].by_hand = by_hand._begin(replace(config, model=ModelConfig("lstm", 64, 3, width=4)))
    at.run()
    field(at.button, "Next batch").click()
    at.run()
    assert not at.exception and not at.error and at.session_state[KEY].trained_on == {name}


def test_a_batch_a_press_goes_on_and_begins_anew():
    at = with_recipe("quick")
    state = at.session_state[KEY]
    choose(at, "number_input", "Batch", 16)
    from medrnn.ui.runs import by_hand

    config = replace(ALL["quick"], batch=16)
    config = replace(config, model=replace(config.model, features=28))
    state.by_hand = by_hand._begin(config)  # as the first press does; then the section is open
    at.run()
    for label, step in (("Next batch", 1), ("10 batches", 11)):
        field(at.button, label).click()
        at.run()
        assert not at.exception and not at.error
        assert any(one.value.startswith(f"Batch {step} of ") for one in at.markdown)
    assert len(state.by_hand.losses) == 11
    choose(at, "number_input", "Batch", 32)
    assert any("have changed since it began" in one.value for one in at.info)
    field(at.button, "From the start").click()
    at.run()
    assert at.session_state[KEY].by_hand is None and not at.exception


def test_no_steps_are_refused_by_the_name_of_their_field():
    at = with_recipe("fits")
    choose(at, "number_input", "Steps", 0)
    assert [one.value for one in at.error] == ["Steps: expected 1 or more, got 0."]
    assert field(at.button, "Start training").disabled


def test_what_is_said_below_the_button_follows_the_fields():
    at = with_recipe("fits")
    choose(at, "number_input", "Steps", 60)
    assert any("60 steps of" in one.value for one in at.caption)


def test_a_second_press_begins_no_second_run_of_the_same(runs):
    at = with_recipe("fits")
    choose(at, "number_input", "Steps", 400)
    for _ in range(3):
        field(at.button, "Start training").click()
        at.run()
    assert not at.exception
    started = [one for one in runs.iterdir() if one.is_dir() and not one.name.startswith(".")]
    stop_run(at.session_state[KEY].run)
    assert len(started) == 1

"""Concept directions: slopes by finite differences, known directions, and a network that learnt one concept."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from medrnn.__main__ import main
from medrnn.datasets.records import Dataset, Split
from medrnn.errors import ConfigError, DataError
from medrnn.explanation.beyond.changes import CONCEPTS, GREY, change
from medrnn.explanation.beyond.concepts import rising, score_concepts, told_apart
from medrnn.explanation.beyond.layer import LastLayer
from medrnn.sequences import place
from tests.explanation.beyond.made import made_model, made_set, trained
from tests.explanation.networks import build

DEEP = {
    "stack": {"layers": 2},
    "stack-linear": {},
    "stack-stem": {},
    "streams": {"layers": 2},
    "sweeps": {},
    "sweeps-stem": {},
    "cnn": {},
}


def last_part(model):
    """The module whose input is moved, where it is one of the network's own."""
    if model.config.core == "none":
        return [part for part in model.encoder.modules() if isinstance(part, nn.Conv2d)][-1]
    return list(model.recurrent().values())[-1]


@pytest.mark.parametrize("both", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize(
    "kind", [kind for kind in DEEP if DEEP[kind].get("layers") is None and kind != "stack-linear"]
)
def test_the_slope_where_all_places_move_alike_by_finite_differences(kind, both):
    model, x = build(kind, "gru", both, layers=1)
    grids = place(torch.stack([x, 1 - x]), model.reading)
    means, slopes, logits = LastLayer(model).read(grids, 1)
    move = torch.from_numpy(np.random.default_rng(0).normal(size=means.shape[1]))
    found = []
    for by in (1e-5, -1e-5):

        def moved(part, args, by=by):
            step = by * (move[:, None, None] if args[0].ndim == 4 else move)
            return (args[0] + step, *args[1:])

        handle = last_part(model).register_forward_pre_hook(moved)
        with torch.no_grad():
            found.append(model(torch.stack([x, 1 - x]))[:, 1].numpy())
        handle.remove()
    np.testing.assert_allclose(slopes @ move.numpy(), (found[0] - found[1]) / 2e-5, atol=1e-6)
    with torch.no_grad():
        np.testing.assert_allclose(logits, model(torch.stack([x, 1 - x]))[:, 1], atol=1e-9)
    assert all(not part._forward_pre_hooks for part in model.modules())


@pytest.mark.parametrize("both", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru", "peephole"])
def test_of_layers_in_one_module_the_last_reads_what_the_one_below_shows(cell, both):
    model, x = build("stack", cell, both, layers=2)
    means, slopes, logits = LastLayer(model).read(place(x[None], model.reading), 2)
    first = type(model.rnn)(model.rnn.input_size, 5, 1, batch_first=True, bidirectional=both).double()
    own = {name: one for name, one in model.rnn.state_dict().items() if "_l0" in name}
    first.load_state_dict(own)
    with torch.no_grad():
        np.testing.assert_allclose(means[0], first(x[None])[0][0].mean(0), atol=1e-9)
        np.testing.assert_allclose(logits, model(x[None])[:, 2], atol=1e-9)
    assert slopes.shape == means.shape and np.abs(slopes).max() > 0


def test_a_layer_that_reads_the_image_itself_is_refused():
    for kind, settings in (
        ("stack", {}),
        ("streams", {"layers": 1}),
        ("cnn", {"stem": (3,), "strides": (2,)}),
    ):
        with pytest.raises(ConfigError, match="at least two"):
            LastLayer(build(kind, **settings)[0])


def test_the_share_that_rises_is_counted_along_the_change():
    slopes = np.array([[1.0, 0], [-1, 0.5], [0, 1], [0, -1]])
    others = np.random.default_rng(0).normal(size=(9, 2))
    assert rising(slopes, others + np.array([2.0, 1]), others) == 0.5
    assert rising(slopes, others + np.array([-2.0, 1]), others) == 0.5
    assert rising(slopes, others + np.array([0.1, 1]), others) == 0.75


def test_what_is_shown_is_told_apart_and_what_is_not_is_not():
    rng = np.random.default_rng(0)
    others = rng.normal(size=(400, 4))
    assert told_apart(rng.normal(size=(400, 4)) + np.array([2.0, -3, 0, 0]), others) > 0.95
    assert told_apart(rng.normal(size=(400, 4)), others) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("planes", [(), (3,)], ids=["grey", "colour"])
@pytest.mark.parametrize("name", CONCEPTS)
def test_each_change_is_what_it_says(name, planes):
    images = np.full((4, 16, 16, *planes), 100, np.uint8)
    images[:, 4:8, 4:8] = 120
    lungs = np.zeros((4, 16, 16), bool)
    lungs[:, 4:8, 4:8] = True
    found = change(images, name, np.random.default_rng(0), lungs)
    again = change(images, name, np.random.default_rng(0), lungs)
    moved = found.astype(int) - images
    assert found.shape == images.shape and found.dtype == np.uint8 and (found == again).all() and moved.any()
    if name == "spot":
        assert (moved >= 0).all() and ((moved > 60).reshape(4, -1).any(1)).all()
        assert not moved[:, [0, -1]].any()
    if name in ("brighter", "darker"):
        assert set(np.unique(moved)) == {round(255 * GREY) * (1 if name == "brighter" else -1)}
    if name == "no-lungs":
        assert len(np.unique(found[lungs])) == 1 and not moved[~lungs].any()


@pytest.fixture(scope="module")
def bright():
    """A network of two layers that learnt to tell bright pictures from dark ones."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)

    def split(count, between=120):
        labels = np.arange(count) % 2
        images = rng.integers(0, 80, (count, 8, 8)) + between * labels[:, None, None]
        return Split(images.astype(np.uint8), labels)

    model, card = made_model(readout="mean+max")
    model = trained(model, split(120)).eval()
    shown = split(120, between=0)
    shown = Split(shown.images + np.uint8(60), shown.labels)  # all alike, between dark and bright
    return model, card, Dataset("made", "made", ("dark", "bright"), shown, split(8), split(40))


@pytest.mark.parametrize(("target", "score"), [(0, 0), (1, 1)])
def test_a_network_that_learnt_brightness_follows_it(bright, target, score):
    model, card, data = bright
    done = []
    found = score_concepts(
        model,
        card,
        data,
        target=target,
        names=("brighter", "darker"),
        examples=48,
        draws=20,
        tell=done.append,
    )
    brighter, _ = found.found
    assert brighter.score == pytest.approx(score, abs=0.1)
    assert brighter.accuracy > 0.9 and found.counts(brighter)
    assert found.images == 20 and len(found.control) == 20 and done == [0.5, 1]
    again = score_concepts(
        model, card, data, target=target, names=("brighter", "spot"), examples=48, draws=20
    )
    np.testing.assert_array_equal(again.found[0].scores, brighter.scores)
    np.testing.assert_array_equal(again.control, found.control)


def test_what_does_not_fit_is_said(bright):
    model, card, data = bright
    with pytest.raises(ConfigError, match="concept: expected some of spot, .*darker, got no-lungs"):
        score_concepts(model, card, data, target=0, names=("no-lungs",))
    with pytest.raises(ConfigError, match="target: expected 0 to 1, got 2"):
        score_concepts(model, card, data, target=2)
    with pytest.raises(DataError, match="at least 240 training images .* got 120 and 20"):
        score_concepts(model, card, data, target=0, examples=120)
    with pytest.raises(DataError, match="classes of made, a, b"):
        score_concepts(model, replace(card, classes=("a", "b")), made_set()[0], target=0)


def test_the_command_prints_a_row_a_concept(capsys):
    asked = [
        "concepts",
        "--model",
        "pneumonia-lstm-forward",
        "--concept",
        "noise",
        "spot",
        "--examples",
        "12",
    ]
    assert main([*asked, "--draws", "4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["class"] == "pneumonia" and [row["concept"] for row in told["rows"]] == ["noise", "spot"]
    assert all(0 <= row["score"] <= 1 and 0 < row["p"] <= 1 for row in told["rows"])
    assert main([*asked, "--class", "flu"]) == 2

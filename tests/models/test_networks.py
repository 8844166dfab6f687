"""Every network that the settings allow is built, answers, and answers to prefixes; all others are refused."""

import pytest
import torch

from medrnn.config import ModelConfig, ReadingConfig, TrainConfig
from medrnn.config.network import check_network
from medrnn.errors import ConfigError
from medrnn.models.networks import build_network
from medrnn.models.places import answer_places, map_size, passages
from medrnn.sequences import boxes, lines
from tests.models import built

ALLOWED = built.allowed()


def test_so_many_combinations_are_allowed():
    by_core = {
        core: sum(one[1] == core for one in ALLOWED) for core in ("stack", "streams", "sweeps", "none")
    }
    assert by_core == {
        "stack": 3 * 3 * 4  # encoders without stem by read-outs by orders of an image
        + 3 * 2  # the stem's rows and columns
        + 4 * 3  # slices, of which each has a stem of its own or none
        + 3 * 2,  # patches with a stem each
        "streams": 2 * 3 * 2,
        "sweeps": 2 * (4 + 2 + 2 + 4),  # encoded steps need patches
        "none": 2 * 4,
    }


@pytest.mark.parametrize("is_both", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("one", ALLOWED, ids="-".join)
def test_it_answers_and_its_last_prefix_is_the_answer(one, is_both):
    model = built.build(*one, is_bidirectional=is_both)
    x, _ = built.images(model.reading)
    whole, prefixes = model(x), model.prefix_logits(x)
    places = answer_places(model.config, model.reading)
    assert whole.shape == (2, 3)
    if one[1] == "none":
        assert prefixes is None
        assert places is None
        assert not model.recurrent()
        return
    assert prefixes.shape == (2, places.steps, 3)
    torch.testing.assert_close(prefixes[:, -1], whole)


@pytest.mark.parametrize("one", ALLOWED, ids="-".join)
def test_the_settings_know_the_recurrent_modules_and_their_steps(one):
    model = built.build(*one, is_bidirectional=True)
    lengths = {}

    def hear(name):
        def keep(_, given):
            lengths[name] = tuple(given[0].shape[:2])

        return keep

    hooks = [rnn.register_forward_pre_hook(hear(name)) for name, rnn in model.recurrent().items()]
    with torch.no_grad():
        model(built.images(model.reading, count=1)[0])
    assert len(hooks) == len(lengths)
    known = passages(model.config, model.reading)
    assert list(known) == list(model.recurrent())
    assert {name: (p.lines, p.steps) for name, p in known.items()} == lengths
    assert {name: p.layers for name, p in known.items()} == {
        name: rnn.num_layers for name, rnn in model.recurrent().items()
    }


@pytest.mark.parametrize("order", ["rows", "columns"])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_a_change_far_from_a_step_behind_a_stem_does_not_reach_it(order, direction):
    """Where the settings say that a step lies, there it lies: a pixel changes only steps whose field holds it."""
    model = built.build("stem", "stack", "last", order, direction=direction, size=(16, 24))
    places = answer_places(model.config, model.reading)
    pictures = torch.rand(1, 16, 24, dtype=torch.float64, requires_grad=True)
    encoded = model.encode(lines(pictures, model.reading))
    assert encoded.shape[1] == places.steps

    reach = 1 + 2 * 1  # of the first convolution 1 pixel, of the second 1 place of 2 pixels
    for step, (x, y, width, height) in zip(encoded[0], boxes(places, (0, 0, 24, 16)), strict=True):
        (grad,) = torch.autograd.grad(step.sum(), pictures, retain_graph=True)
        down, across = grad[0].abs().sum(1).nonzero()[:, 0], grad[0].abs().sum(0).nonzero()[:, 0]
        assert y - reach <= down.min() <= down.max() < y + height + reach
        assert x - reach <= across.min() <= across.max() < x + width + reach


def test_layers_behind_a_stem_read_the_rows_of_its_map_as_the_equations_say():
    model = built.build("stem", "stack", "last", cell="gru", layers=1)
    x, planes = built.images(model.reading, count=1)
    found = model.encoder.layers(planes.movedim(-1, 1))[0]  # channel, row, column
    rows = torch.stack([found[:, r].T.flatten() for r in range(found.shape[1])])
    states = built.by_hand("gru", model.rnn, rows)
    torch.testing.assert_close(model(x)[0], model.head(states[-1]))
    for t, answer in enumerate(model.prefix_logits(x)[0]):
        torch.testing.assert_close(answer, model.head(states[t]))


@pytest.mark.parametrize("readout", ["last", "mean+max", "attention"])
@pytest.mark.parametrize("is_both", [False, True], ids=["forward", "both"])
def test_two_streams_read_rows_and_columns_and_the_shorter_one_waits(readout, is_both):
    model = built.build(
        "none", "streams", readout, channels="rgb", layers=1, is_bidirectional=is_both, cell="lstm"
    )
    x, planes = built.images(model.reading, count=1)
    rows = torch.stack([row.flatten() for row in planes[0]])
    columns = torch.stack([planes[0][:, c].flatten() for c in range(12)])
    prefixes = model.prefix_logits(x)
    assert prefixes.shape == (1, 12, 3)
    for t in range(1, 13):
        down, across = (
            built.by_hand("lstm", rnn, steps[:t])
            for rnn, steps in ((model.rows, rows), (model.columns, columns))
        )
        if readout == "last":
            seen = torch.cat([torch.cat([h[-1, :4], h[0, 4:]]) for h in (down, across)])
        elif readout == "mean+max":
            seen = torch.cat([torch.cat([h.mean(0), h.amax(0)]) for h in (down, across)])
        else:
            longer = torch.cat([down, down[-1:].expand(len(across) - len(down), -1)])
            seen = _attended(model, torch.cat([longer, across], -1))
        torch.testing.assert_close(prefixes[0, t - 1], model.head(seen))


def _attended(model, states):
    """The weighted mean of (place, state), written out."""
    first, _, second = model.attention.score
    scores = torch.tanh(states @ first.weight.T + first.bias) @ second.weight[0] + second.bias
    shares = scores.exp() / scores.exp().sum()
    return sum(share * state for share, state in zip(shares, states, strict=True))


@pytest.mark.parametrize("is_both", [False, True], ids=["forward", "both"])
def test_the_attention_of_a_prefix_weighs_the_steps_up_to_it(is_both):
    model = built.build(
        "linear", "stack", "attention", "raster", layers=1, is_bidirectional=is_both, cell="gru"
    )
    with torch.no_grad():
        model.attention.score[2].weight *= 30  # so that the weights differ
    x, _ = built.images(model.reading, count=1)
    encoded = (x[0] @ model.encoder.layer.weight.T + model.encoder.layer.bias).clamp(min=0)
    for t, answer in enumerate(model.prefix_logits(x)[0], start=1):
        seen = _attended(model, built.by_hand("gru", model.rnn, encoded[:t]))
        torch.testing.assert_close(answer, model.head(seen))


def test_a_small_convolution_on_each_step_sees_that_step_alone():
    model = built.build("steps", "stack", "last", "snake", channels="rgb")
    x, planes = built.images(model.reading, count=1)
    tile = planes[:, :4, :4].movedim(-1, 1)  # the first patch
    torch.testing.assert_close(model.encode(x)[0, 0], model.encoder.layers(tile).mean((-2, -1))[0])


def test_a_convolutional_network_is_its_stem_and_a_mean_and_maximum():
    model = built.build("stem", "none", "mean+max")
    x, planes = built.images(model.reading)
    found = model.encoder.layers(planes.movedim(-1, 1)).flatten(2)
    torch.testing.assert_close(model(x), model.head(torch.cat([found.mean(-1), found.amax(-1)], -1)))


@pytest.mark.parametrize("order", ["rows", "columns", "raster", "snake"])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_a_map_does_not_depend_on_the_order_in_which_the_image_came(order, direction):
    """A stem puts the steps back into place, so that every reading of an image gives one map."""
    model = built.build("stem", "sweeps", order=order, direction=direction)
    x, planes = built.images(model.reading)
    torch.testing.assert_close(model.encode(x), model.encoder.layers(planes.movedim(-1, 1)).movedim(1, -1))


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        pytest.param({"encoder": "stem", "stem": (), "strides": ()}, "stem: expected channels", id="no-stem"),
        pytest.param({"stem": (4,), "strides": (1,)}, "and only there", id="stem-of-no-stem"),
        pytest.param({"encoder": "stem", "strides": (2,)}, "strides: expected 2 of 1 or 2", id="few-strides"),
        pytest.param({"encoder": "stem", "strides": (3, 1)}, "got .3, 1", id="stride-3"),
        pytest.param({"encoder": "stem", "stem": (0, 4)}, "stem: expected a number from 1", id="no-channels"),
        pytest.param({"encoder": "stem", "stem": (1,) * 17, "strides": (1,) * 17}, "from 0 to 16", id="deep"),
        pytest.param({"core": "none"}, "a convolutional network is a stem", id="bare-cnn"),
        pytest.param(
            {"core": "streams", "encoder": "linear"}, "two streams read pixels", id="linear-streams"
        ),
        pytest.param({"core": "streams", "encoder": "steps"}, "two streams read pixels", id="steps-streams"),
        pytest.param({"core": "sweeps", "readout": "last"}, "a map has no last state", id="last-of-sweeps"),
        pytest.param(
            {"core": "none", "encoder": "stem", "readout": "last"}, "no last state", id="last-of-cnn"
        ),
        pytest.param({"core": "sweeps", "encoder": "linear"}, "sweeps over encoded", id="rows-to-sweeps"),
        pytest.param({"core": "streams", "order": "raster"}, "whole rows and columns", id="patched-streams"),
        pytest.param({"encoder": "stem", "order": "snake"}, "behind a stem whole rows", id="patched-stem"),
        pytest.param({"encoder": "stem", "size": (7, 8)}, "a multiple of 2", id="odd"),
        pytest.param({"encoder": "stem", "size": (2, 8)}, "at least twice that", id="tiny"),
        pytest.param({"features": 11}, "the network takes 11", id="features"),
        pytest.param({"core": "transformer"}, "core: expected one of stack, streams", id="core"),
    ],
)
def test_what_does_not_go_together_is_refused(changes, match):
    with pytest.raises(ConfigError, match=match):
        built.settings(**changes)


def test_the_builder_asks_too():
    with pytest.raises(ConfigError, match="features: a step of this reading has 28, the network takes 30"):
        build_network(ModelConfig(features=30), ReadingConfig())
    check_network(ModelConfig(), ReadingConfig())


@pytest.mark.parametrize("one", ALLOWED, ids="-".join)
def test_settings_of_every_network_come_back_from_json(one):
    import json

    model, reading = built.settings(*one)
    config = TrainConfig(model=model, reading=reading)
    assert TrainConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(("stood", "stands"), [(True, "light"), (False, "none")])
def test_settings_from_before_the_choice_of_changes_still_load(stood, stands):
    before = TrainConfig().to_dict() | {"augment": stood}
    for name in ("encoder", "encoded", "stem", "strides", "core"):
        del before["model"][name]
    del before["reading"]["channels"]
    assert TrainConfig.from_dict(before) == TrainConfig(augment=stands)


def test_the_map_of_patches_and_of_a_stem():
    patches = ReadingConfig("raster", size=(12, 20), patch=4)
    assert map_size(ModelConfig(core="sweeps", readout="mean+max"), patches) == (3, 5)
    stem = ModelConfig(core="sweeps", readout="mean+max", encoder="stem", stem=(4, 4), strides=(2, 2))
    assert map_size(stem, patches) == (3, 5)
    assert map_size(stem, ReadingConfig(size=(64, 32))) == (16, 8)

"""Nearest cases against a search written out, by states taken from the modules themselves."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from medrnn.__main__ import main
from medrnn.errors import ConfigError, DataError, ReadingError
from medrnn.explanation.beyond.nearest import build_gallery, find_nearest
from medrnn.explanation.beyond.seen import see
from medrnn.sequences import lines
from tests.explanation.beyond.made import READING, made_card, made_model, made_reading, made_set
from tests.explanation.networks import KINDS, build


@pytest.fixture(scope="module")
def made():
    torch.manual_seed(0)
    model, card = made_model()
    data, _ = made_set()
    return model, card, data, build_gallery(model, card, data)


def test_the_nearest_by_state_and_by_pixels_by_hand(made):
    model, card, data, gallery = made
    image = data.test.images[5]
    found = find_nearest(model, card, made_reading(image), gallery, count=7)
    unit = np.concatenate([data.train.images, image[None]]) / np.float32(255)
    with torch.no_grad():
        states = model.rnn(lines(torch.from_numpy(unit), READING))[0][:, -1].numpy()
    for cases, values in ((found.by_state, states), (found.by_pixels, unit.reshape(len(unit), -1))):
        distances = np.sqrt(((values[:-1] - values[-1]) ** 2).sum(1))
        order = np.argsort(distances)[:7]
        assert cases.rows.tolist() == order.tolist()
        np.testing.assert_allclose(cases.distances, distances[order], atol=1e-5)
        assert cases.labels.tolist() == data.train.labels[order].tolist()
        assert cases.shares.tolist() == [np.mean(cases.labels == k) for k in (0, 1)]
        between = np.sqrt(((values[:-1, None] - values[None, :-1]) ** 2).sum(-1))
        np.fill_diagonal(between, np.inf)
        assert cases.usual == pytest.approx(np.median(between.min(1)), abs=1e-5)
    assert found.shared == len(set(found.by_state.rows) & set(found.by_pixels.rows))


def test_a_training_image_is_nearest_to_itself(made):
    model, card, data, gallery = made
    found = find_nearest(model, card, made_reading(data.train.images[9]), gallery, count=1)
    assert found.by_state.rows.tolist() == found.by_pixels.rows.tolist() == [9]
    np.testing.assert_allclose(found.by_state.distances, 0, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_of_every_network_the_head_sees_what_is_kept(kind):
    model, _ = build(kind)
    model.float().train()
    shape = (*model.reading.size, 3) if model.reading.is_colour else model.reading.size
    images = np.random.default_rng(0).integers(0, 255, (3, *shape)).astype(np.uint8)
    done = []
    states, answers = see(model, images, tell=done.append)
    with torch.no_grad():
        expected = model.head(torch.from_numpy(states)).softmax(-1)
        own = model.eval()(lines(torch.from_numpy(images / np.float32(255)), model.reading)).softmax(-1)
    np.testing.assert_allclose(answers, expected, atol=1e-5)
    np.testing.assert_allclose(answers, own, atol=1e-5)
    assert done == [1] and not model.head._forward_pre_hooks


def test_what_does_not_fit_is_said(made):
    model, card, data, gallery = made
    reading = made_reading(data.test.images[0])
    with pytest.raises(ConfigError, match="count: expected 1 to 23 cases, got 30"):
        find_nearest(model, card, reading, gallery, count=30)
    with pytest.raises(ConfigError, match="as made sees them, got those of made"):
        find_nearest(model, replace(card, digest="f" * 64), reading, gallery)
    with pytest.raises(ReadingError, match="made reads rows"):
        other = replace(READING, direction="reverse")
        find_nearest(model, card, made_reading(data.test.images[0], other), gallery)
    with pytest.raises(DataError, match="classes of made, a, b"):
        build_gallery(model, made_card(classes=("a", "b")), data)


def test_the_command_names_the_cases(capsys):
    file = "assets/samples/chest-child-pneumonia-1.png"
    assert main(["nearest", file, "--model", "pneumonia-lstm-forward", "--count", "4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["data"] == "pneumoniamnist" and told["answer"] in ("normal", "pneumonia")
    for name in ("by_state", "by_pixels"):
        cases = told[name]["cases"]
        assert len(cases) == 4 and {case["label"] for case in cases} <= {"normal", "pneumonia"}
        assert [case["distance"] for case in cases] == sorted(case["distance"] for case in cases)
        assert sum(told[name]["shares"].values()) == pytest.approx(1)

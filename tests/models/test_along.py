"""A network moved along a series says of each block what it says of that block read by itself."""

import numpy as np
import pytest
import torch

from medrnn.config import ModelConfig, TrainConfig
from medrnn.config.reading import read_slices
from medrnn.errors import ReadingError
from medrnn.models.along import read_along
from medrnn.models.cards import Card
from medrnn.models.predict import predict
from medrnn.sequences import read_study
from medrnn.types import Geometry, Study, Window
from tests.models import built

EMPTY = {"data": {}, "preprocessing": {}, "metrics": {}, "limits": (), "licence": "", "parameters": 0}
REST = {"versions": {}, "device": "cpu", "elapsed_s": 0.0, "command": "", "folder": None, "title": ""}

PLACE = Geometry((0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), slice_mm=2.0)
READING = read_slices(4, 6, slice_mm=2.0, pixel_mm=1.0)


def volume(frames=9, side=(12, 9)):
    values = np.random.default_rng(3).integers(1, 256, (frames, *side)).astype(np.uint8)
    return Study(
        "k", "NIfTI", values, values, Window(127.5, 255.0, "computed"), spacing_mm=(1.0, 1.0), geometry=PLACE
    )


def make_card(model, reading):
    config = TrainConfig(data="made", model=model, reading=reading)
    classes = tuple("abc"[: model.classes])
    return Card(id="made", config=config, classes=classes, digest="a" * 64, **EMPTY, **REST)


def network(reading=READING, **more):
    settings = {
        "width": 5,
        "layers": 1,
        "classes": 2,
        "is_bidirectional": True,
        "readout": "attention",
    } | more
    config = ModelConfig(features=reading.features, encoder="stems", stem=(3,), strides=(2,), **settings)
    torch.manual_seed(0)
    return built.build_network(config, reading).eval()


@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("readout", ["attention", "mean+max", "last"])
def test_each_block_is_answered_as_if_it_were_read_alone(readout, direction):
    reading = read_slices(4, 6, direction=direction, slice_mm=2.0, pixel_mm=1.0)
    model, study = network(reading, readout=readout), volume()
    card = make_card(model.config, reading)
    found = read_along(model, card, study)
    # blocks of 4 slices start at 0 to 5; their two middle slices are 1 and 2 later; the box wins that says most
    places = [(x, y, 6, 6) for y in (0, 3, 6) for x in (0, 3)]
    said = np.array(
        [
            [
                predict(model, card, read_study(study, reading, frame=k + 2, crop=place)).probabilities
                for k in range(6)
            ]
            for place in places
        ]
    )
    for middle in range(2, 7):  # slices that lie in the middle of two whole blocks
        of_both = said[:, [middle - 1, middle - 2]]
        best = of_both.reshape(-1, 2)[of_both[..., 1].argmax()]
        np.testing.assert_allclose(found.probabilities[middle], best, atol=1e-5)
        assert found.mean[middle] == pytest.approx(of_both[..., 1].mean(), abs=1e-5)
        place, _ = np.unravel_index(of_both[..., 1].argmax(), of_both.shape[:2])
        np.testing.assert_array_equal(found.boxes[middle], places[place])


def test_blocks_that_are_mostly_black_are_left_out():
    study = volume()
    study.values[:5] = 0
    found = read_along(network(), make_card(network().config, READING), study)
    assert np.isnan(found.probabilities[:3]).all() and not np.isnan(found.probabilities[6]).any()


def test_what_it_is_told_rises_to_one_and_ends_the_work():
    told = []
    model = network()
    read_along(model, make_card(model.config, READING), volume(), tell=told.append)
    assert told[0] == 0 and told[-1] == 1 and told == sorted(told)

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_along(model, make_card(model.config, READING), volume(), tell=stop)


def test_a_model_of_images_is_refused():
    model = built.build()
    with pytest.raises(ReadingError, match="Expected a model that reads a series slice by slice"):
        read_along(model, make_card(model.config, model.reading), volume())


def test_the_logits_of_the_series_are_the_weighted_mean_of_those_of_its_slices():
    model, study = network(), volume()
    x = torch.from_numpy(read_study(study, READING, frame=4).sequence)[None]
    with torch.no_grad():
        logits, weights = model.step_answers(x)
        np.testing.assert_allclose((weights[..., None] * logits).sum(1), model(x), atol=1e-6)
    found = predict(model, make_card(model.config, READING), read_study(study, READING, frame=4))
    np.testing.assert_allclose(found.slices, logits[0].softmax(-1), atol=1e-6)
    np.testing.assert_allclose(found.weights.sum(), 1, atol=1e-6)
    assert network(readout="last").step_answers(x) is None


def test_more_slices_than_are_read_are_refused():
    model = network(read_slices(4, 6))
    with pytest.raises(ReadingError, match="Expected at most 500 slices to go along, got 501"):
        read_along(model, make_card(model.config, model.reading), volume(501, (6, 6)))

"""Series of unlike lengths: batches of about one length, a run over them, and one file at a time gives the same."""

from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest
import torch

from medrnn.config import ModelConfig, TrainConfig
from medrnn.config.reading import read_slices
from medrnn.datasets import Split, load_dataset
from medrnn.datasets.choices import Choices
from medrnn.errors import DataError
from medrnn.evaluation.evaluate import answer_split
from medrnn.explanation.attribution.explain import explain_reading
from medrnn.explanation.attribution.others import others_of
from medrnn.explanation.beyond.nearest import build_gallery
from medrnn.explanation.index.build import index_dataset
from medrnn.explanation.interventions.effects import compare
from medrnn.explanation.interventions.kinds import Intervention
from medrnn.explanation.interventions.set_effects import share_changed
from medrnn.explanation.tracing.inside import trace_inside
from medrnn.imaging import read
from medrnn.models.along import read_along
from medrnn.models.catalog import find_card, load_model, load_novelty
from medrnn.models.predict import predict
from medrnn.sequences import read_study
from medrnn.training.loop import BUCKET, make_order
from medrnn.training.run import train

SIDE = 28


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Forty volumes of 3 to 9 slices; in one class one slice has a bright square."""
    found, rng = tmp_path_factory.mktemp("volumes"), np.random.default_rng(0)
    for k in range(40):
        count = 3 + k // 2 % 7
        values = rng.integers(40, 80, (SIDE, SIDE, count)).astype(np.uint8)
        values[0, 0], values[-1, -1] = 0, 255
        if k % 2:
            values[8:18, 8:18, rng.integers(count)] = 240
        place = found / ("empty", "spot")[k % 2] / f"{k:02d}.nii"
        place.parent.mkdir(exist_ok=True)
        nib.Nifti1Image(values, np.eye(4)).to_filename(place)
    return found


@pytest.fixture(scope="module")
def data(folder):
    return load_dataset(folder, Choices(cut="slices", side=SIDE))


@pytest.fixture(scope="module", params=["forward", "reverse"])
def made(request, data, tmp_path_factory):
    """A folder with the model of a short run."""
    reading = replace(data.reading, direction=request.param)
    model = ModelConfig(
        cell="gru",
        features=reading.features,
        layers=1,
        width=8,
        is_bidirectional=True,
        readout="attention",
        encoder="stems",
        stem=(4,),
        strides=(2,),
    )
    config = TrainConfig(
        model=model, reading=reading, epochs=25, batch=8, learning_rate=2e-2, augment="light"
    )
    out = tmp_path_factory.mktemp("run") / "made"
    list(train(config, out, data=data, threads=1))
    return out


def test_a_batch_holds_series_of_about_one_length_and_every_series_comes_once():
    rng, batch = np.random.default_rng(0), 16
    lengths = rng.integers(2, 100, 5 * BUCKET * batch + 7)
    split = Split(np.zeros((len(lengths), 1, 1), np.uint8), lengths % 2, None, lengths)
    generator = torch.Generator().manual_seed(0)
    order, other = (make_order(split, TrainConfig(batch=batch), generator) for _ in range(2))
    assert sorted(order.tolist()) == list(range(len(lengths))) and not torch.equal(order, other)
    padding = [
        float((some.max() - some).mean())
        for some in np.split(lengths[order], range(batch, len(order), batch))
    ]
    by_chance = [
        float((some.max() - some).mean()) for some in np.split(lengths, range(batch, len(order), batch))
    ]
    assert np.mean(padding) < 0.25 * np.mean(by_chance)
    means = [some.mean() for some in np.split(lengths[order], range(batch, len(order), batch))]
    assert abs(np.corrcoef(means[:-1], np.arange(len(means) - 1))[0, 1]) < 0.4  # short ones do not come first


def test_a_file_by_itself_is_answered_as_in_its_set(made, data, folder):
    card, model = find_card(made), load_model(made)
    novelty, reading = load_novelty(card), card.config.reading
    assert reading.is_masked and card.metrics["test"]["accuracy"] > 0.6
    whole = np.concatenate(
        [answer_split(model, split, reading) for split in (data.train, data.val, data.test)]
    )
    seen = []
    for path in sorted(folder.rglob("*.nii")):
        study = read(path.read_bytes())
        found = predict(model, card, read_study(study, reading), novelty)
        assert len(found.steps) == study.frames == len(found.weights)
        assert found.steps[-1] == pytest.approx(found.probabilities, abs=1e-5)
        assert np.isfinite(found.novelty.score)
        seen.append(found.probabilities[1])
    np.testing.assert_allclose(np.sort(seen), np.sort(whole[:, 1]), atol=0.02)  # a set holds whole greys


def test_a_short_series_can_be_watched_changed_and_explained(made, data, folder):
    study = next(
        one for one in map(read, (p.read_bytes() for p in sorted(folder.rglob("*.nii")))) if one.frames == 4
    )
    whole = find_card(made)
    reading = read_study(study, whole.config.reading)
    card, model = whole.as_read(reading.config), load_model(made)
    assert trace_inside(model, reading.sequence).lengths.tolist() == [4]
    effect = compare(model, card, reading, (Intervention("skip", steps=(3,)),))
    shorter = read_study(
        replace(study, stored=study.stored[:3], values=study.values[:3]), whole.config.reading
    )
    if card.config.reading.direction == "forward":
        assert effect.after == pytest.approx(predict(model, whole, shorter).probabilities, abs=1e-5)
    for method in ("integrated-gradients", "grad-cam", "row-occlusion", "resampled-occlusion"):
        others = others_of(data, card)
        assert others.shape[1:] == reading.sequence.shape
        found = explain_reading(model, card, reading, method=method, others=others)
        assert found.values.shape == reading.grid.shape
    assert read_along(model, card, study).frames.tolist() == [0, 1, 2, 3]


def test_what_sets_steps_side_by_side_is_refused(made, data):
    card, model = find_card(made), load_model(made)
    with pytest.raises(DataError, match="got 3 to 9 slices"):
        index_dataset(card, model, data)
    with pytest.raises(DataError, match="got 3 to 9 slices"):
        build_gallery(model, card, data)
    with pytest.raises(DataError, match="series of unlike lengths"):
        share_changed(model, card, data.test.images, data.test.labels, ())


def test_a_volume_longer_than_the_model_is_spread_over_its_steps(made):
    config = find_card(made).config.reading
    study = replace(read_volume(30), title="")
    assert read_study(study, config).config == config.of_slices(9)
    assert config.knows(read_slices(9, SIDE, direction=config.direction))


def read_volume(count):
    values = np.random.default_rng(1).integers(0, 255, (SIDE, SIDE, count)).astype(np.uint8)
    return read(nib.Nifti1Image(values, np.eye(4)).to_bytes())

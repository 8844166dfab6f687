"""The index of any module of any network, against its own trace of each image, and on disk."""

import json

import numpy as np
import pytest
import torch

from medrnn.errors import CatalogError, ConfigError
from medrnn.explanation.index.build import build_index, most_images
from medrnn.explanation.index.matching import match, select
from medrnn.explanation.index.states import index_passage, index_path, load_index, save_index
from medrnn.explanation.index.trajectories import fit_projection
from medrnn.explanation.index.units import describe_unit
from medrnn.explanation.tracing.inside import raster, trace_inside
from medrnn.models.places import passages
from medrnn.sequences import LUMA, lines
from tests.explanation.networks import RECURRENT, carded


def images_for(model, rng, count=3):
    return rng.integers(0, 256, (count, 8, 12, *([3] if model.reading.is_colour else [])), dtype=np.uint8)


@pytest.mark.parametrize("both", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("kind", RECURRENT)
def test_every_state_of_every_module_is_that_of_its_trace(kind, both, rng):
    model, card, _ = carded(kind, both=both)
    images = images_for(model, rng)
    for name, passage in passages(model.config, model.reading).items():
        found = build_index(card, model, images, np.zeros(3, int), module=name)
        assert (found.module, found.reading, found.layers) == (name, passage.places, passage.layers)
        np.testing.assert_array_equal(found.grids, images)
        for k, image in enumerate(images):
            x = lines(image / np.float32(255), model.reading)
            own = raster(trace_inside(model, x, name), passage)
            for layer in range(found.layers):
                for way in found.directions:
                    expected = own.part(layer, way)["h"]
                    np.testing.assert_allclose(found.part(layer, way)[k], expected, rtol=0, atol=3e-4)


def test_a_place_of_a_map_is_a_step_and_lies_where_it_was_read(rng):
    """Pictures of places: by hand, over the pixels that a place stands for."""
    model, card, _ = carded("sweeps-stem")
    images = images_for(model, rng)
    found = build_index(card, model, images, np.zeros(3, int))
    assert found.steps == 24 and found.boxes()[7].tolist() == [2, 2, 2, 2]  # second row, second column
    grey = np.rint(images @ LUMA)
    np.testing.assert_allclose(found.lines()[:, 7, 0], grey[:, 2:4, 2:4].mean((1, 2)), atol=0.51)
    assert found.picture(1).shape == (8, 12, 3)
    model, card, _ = carded("stack-stem")
    found = build_index(card, model, images, np.zeros(3, int))
    assert found.lines().shape == (3, 6, 4) and found.boxes()[0].tolist() == [10, 0, 2, 8]
    np.testing.assert_allclose(found.lines()[0, 0, 1], grey[0, 2:4, 10:12].mean(), atol=0.51)
    model, card, _ = carded("stack-linear")  # patches in colour, read to and fro
    found = build_index(card, model, images, np.zeros(3, int))
    np.testing.assert_array_equal(found.lines()[0, 3].reshape(4, 4), grey[0, 4:8, 8:12])


def test_modules_have_files_of_their_own(rng):
    model, card, _ = carded("sweeps")
    names = list(model.recurrent())
    made = {n: build_index(card, model, images_for(model, rng), np.arange(3), module=n) for n in names}
    assert len({save_index(one) for one in made.values()}) == len(names)
    for name in names:
        found = load_index(card, "", name)
        assert found.module == name
        np.testing.assert_array_equal(found.states, made[name].states)
    assert load_index(card, "").module == names[-1] == index_passage(card).name
    index_path(card, "", names[0]).write_bytes(index_path(card, "", names[1]).read_bytes())
    with pytest.raises(CatalogError, match=rf"Build it again: .*--module {names[0]}"):
        load_index(card, "", names[0])


def test_a_file_from_before_networks_had_modules_is_read(rng):
    model, card, _ = carded("stack")
    path = save_index(build_index(card, model, images_for(model, rng), np.arange(3)))
    assert (
        path.name == f"{card.digest}-{path.stem.removeprefix(card.digest + '-')}.npz"
        and "rnn" not in path.name
    )
    with np.load(path) as arrays:
        kept = dict(arrays)
    about = json.loads(str(kept.pop("about")))
    assert about.pop("module") == "rnn"
    np.savez(path, about=json.dumps(about), **kept)
    assert load_index(card, "").module == "rnn"


def test_what_reads_the_index_reads_a_sweeps(rng):
    model, card, _ = carded("sweeps", both=True)
    images = images_for(model, rng, 12)
    found = build_index(card, model, images, np.arange(12) % 3, module="sweeps.0.rows")
    passage = index_passage(card, "sweeps.0.rows")
    own = raster(
        trace_inside(model, lines(images[5] / np.float32(255), model.reading), passage.name), passage
    )
    states = found.part(0, "backward")[:, 1:3]
    threshold = float(np.abs(states[5]).max(-1).min()) * 0.9
    unit = int(np.abs(states[5]).min(0).argmax())
    chosen = select(own, 0, "backward", 1, 3, threshold=threshold / 4, units=(unit,))
    assert match(found, chosen, by="cosine", count=1)[0].score == pytest.approx(1, abs=1e-3)
    report = describe_unit(found, 0, "forward", 2, count=3)
    best = report.highest.places[0]
    assert best.value == found.part(0)[:, :, 2].max()
    assert report.highest.grid.shape == (8, 12, 3) and report.highest.lines.shape == (5, 1)
    assert fit_projection(found, 0).path(own).shape == (6, 3)


def test_what_cannot_be_indexed_is_said(rng):
    model, card, _ = carded("cnn")
    with pytest.raises(ConfigError, match="convolutional network: it has no states"):
        build_index(card, model, images_for(model, rng), np.zeros(3, int))
    model, card, _ = carded("streams")
    with pytest.raises(ConfigError, match="module: expected one of rows, columns, got 'rnn'"):
        load_index(card, "", "rnn")
    assert most_images(card, "rows") == 2**28 // (2 * 8 * 2 * 5 + 8 * 12 * 3)


def test_the_network_is_left_as_found(rng):
    model, card, _ = carded("sweeps-stem")
    model.train()
    build_index(card, model, images_for(model, rng), np.zeros(3, int))
    assert all(part.training and not part._forward_pre_hooks for part in model.modules())
    assert not torch.is_inference(model.head.weight)

"""The index of hidden states against the written-out equations, and on disk."""

import json

import numpy as np
import pytest
import torch

from medrnn.config import ModelConfig, ReadingConfig, TrainConfig
from medrnn.datasets.records import Dataset, Split
from medrnn.errors import CatalogError, ConfigError
from medrnn.explanation.index import build as indexing
from medrnn.explanation.index.build import build_index, choose_rows, index_dataset, most_images
from medrnn.explanation.index.states import data_key, find_index, index_path, load_index, save_index
from medrnn.explanation.tracing.trace import layer_weights
from medrnn.models.catalog import Card
from medrnn.models.cells import CELLS, run_layer
from medrnn.models.classifier import RecurrentClassifier
from medrnn.sequences import lines

READING = ReadingConfig(order="columns", direction="reverse", size=(6, 5))


def make_card(cell="lstm", *, both=False, layers=2, digest="a" * 64, reading=READING):
    model = ModelConfig(
        cell=cell, features=reading.features, width=7, layers=layers, is_bidirectional=both, dropout=0.4
    )
    empty = {"data": {}, "preprocessing": {}, "metrics": {}, "limits": (), "licence": "", "parameters": 0}
    rest = {"versions": {}, "device": "cpu", "elapsed_s": 0.0, "command": "", "folder": None, "title": ""}
    config = TrainConfig(data="made", model=model, reading=reading)
    return Card(id="made", config=config, classes=("a", "b"), digest=digest, **empty, **rest)


def make_images(rng, count, size=(6, 5)):
    return rng.integers(0, 256, (count, *size), np.uint8), np.arange(count) % 2


@pytest.fixture
def data(rng):
    splits = [Split(*make_images(rng, count)) for count in (3, 9, 20)]
    return Dataset("made", "Made", ("round", "square"), *splits)


@pytest.fixture(params=[(cell, both) for cell in CELLS for both in (False, True)])
def case(request):
    card = make_card(request.param[0], both=request.param[1], layers=3)
    return card, RecurrentClassifier(card.config.model)


def by_equations(card, model, image):
    """The states (step, layer x direction x unit) of one image in float64."""
    level, kept = torch.from_numpy(lines(image / 255.0, READING).copy()), []
    for layer in range(3):
        outputs = []
        for is_backward in (False, True)[: 1 + card.config.model.is_bidirectional]:
            weights = {k: w.double() for k, w in layer_weights(model.rnn, layer, is_backward).items()}
            turn = (0,) if is_backward else ()
            h = run_layer(CELLS[card.config.model.cell], level.flip(turn), weights)["h"].flip(turn)
            outputs.append(h)
        level = torch.cat(outputs, -1)
        kept.append(level)
    return torch.cat(kept, -1).numpy()


def test_every_state_agrees_with_the_equations(case, rng, monkeypatch):
    monkeypatch.setattr(indexing, "BATCH", 4)
    card, model = case
    images, labels = make_images(rng, 10)
    found = build_index(card, model, images, labels)
    ways = found.directions
    assert found.states.shape == (10, 5, 3 * len(ways) * 7) and found.states.dtype == np.float16
    for k in (0, 5, 9):
        np.testing.assert_allclose(found.states[k], by_equations(card, model, images[k]), atol=3e-4)
    joined = [found.part(layer, way) for layer in range(3) for way in ways]
    np.testing.assert_array_equal(np.concatenate(joined, -1), found.states)
    np.testing.assert_array_equal(found.grids, images)
    np.testing.assert_array_equal(found.lines()[2, 0], images[2, :, 4])  # the last column is read first


def test_the_model_and_the_random_numbers_are_left_as_found(case, rng):
    card, model = case
    model.train()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    random = torch.get_rng_state()
    build_index(card, model, *make_images(rng, 3))
    assert all(part.training for part in model.modules())
    assert all(weight.requires_grad and weight.grad is None for weight in model.parameters())
    assert all(torch.equal(weight, before[name]) for name, weight in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), random)


def test_images_of_another_size_are_brought_to_the_models(rng):
    card = make_card()
    images, labels = make_images(rng, 2, (12, 20))
    found = build_index(card, RecurrentClassifier(card.config.model), images, labels)
    assert found.grids.shape == (2, 6, 5)
    assert abs(float(found.grids.mean()) - images[:, :, 4:16].mean()) < 8


def test_progress_is_told_and_can_end_the_work(rng, monkeypatch, runs):
    monkeypatch.setattr(indexing, "BATCH", 4)
    card, told = make_card(), []
    model = RecurrentClassifier(card.config.model)
    build_index(card, model, *make_images(rng, 10), progress=lambda *counts: told.append(counts))
    assert told == [(4, 10), (8, 10), (10, 10)]

    def cancel(done, total):
        raise KeyboardInterrupt

    model.train()
    with pytest.raises(KeyboardInterrupt):
        build_index(card, model, *make_images(rng, 10), progress=cancel)
    assert model.training and not runs.exists()


@pytest.mark.parametrize(
    ("counts", "limit", "chosen"),
    [
        ((524, 624), 2000, (524, 624)),
        ((5000, 10000), 2000, (1000, 1000)),
        ((10, 100), 50, (10, 40)),
        ((100, 10), 50, (40, 10)),
        ((9, 9), 1, (0, 1)),
        ((5, 5), 5, (2, 3)),
    ],
)
def test_a_sample_takes_as_many_of_one_split_as_of_the_other(counts, limit, chosen):
    found = choose_rows(counts, limit, seed=3)
    assert tuple(len(rows) for rows in found) == chosen
    for rows, count in zip(found, counts, strict=True):
        assert (np.diff(rows) > 0).all() and set(rows) <= set(range(count))
    again, other = choose_rows(counts, limit, seed=3), choose_rows(counts, limit, seed=4)
    assert all((a == b).all() for a, b in zip(found, again, strict=True))
    if limit == 2000 and counts[0] == 5000:
        assert (found[0] != other[0]).any() and 2200 < found[0].mean() < 2800


def test_a_data_set_is_sampled_without_its_training_images(data):
    card = make_card()
    found = index_dataset(card, RecurrentClassifier(card.config.model), data, limit=16)
    assert found.is_test.sum() == 8 and len(found) == 16 and found.classes == ("round", "square")
    for k in range(16):
        split = data.test if found.is_test[k] else data.val
        np.testing.assert_array_equal(found.grids[k], split.images[found.rows[k]])
        assert found.labels[k] == split.labels[found.rows[k]]
    assert found.title(15) == f"test image {found.rows[15]}, {('round', 'square')[found.labels[15]]}"
    assert found.title(0).startswith("validation image ")


def test_an_index_comes_back_as_it_was_written(data, runs):
    card = make_card("gru", both=True)
    made = index_dataset(card, RecurrentClassifier(card.config.model), data, data="mnist")
    assert find_index(card, "mnist") is None
    path = save_index(made)
    assert path == find_index(card, "mnist") == runs / ".index" / f"{'a' * 64}-mnist.npz"
    found = load_index(card, "mnist")
    for name, value in vars(made).items():
        np.testing.assert_array_equal(getattr(found, name), value, err_msg=name)
        assert type(getattr(found, name)) is type(value)
    assert [f.name for f in path.parent.iterdir()] == [path.name]
    save_index(made)  # over the earlier one
    assert len(list(path.parent.iterdir())) == 1


def test_two_folders_of_one_name_have_two_indexes(tmp_path):
    keys = {data_key(tmp_path / side / "my images.npz") for side in ("left", "right")}
    assert len(keys) == 2 and all(key.startswith("my-images-") for key in keys)
    assert data_key("mnist") == "mnist"


def save_made(data, **changes):
    card = make_card(**changes)
    return card, save_index(index_dataset(card, RecurrentClassifier(card.config.model), data, data="mnist"))


def test_a_missing_index_names_the_cure():
    with pytest.raises(CatalogError, match="found none. Build it again: python -m medrnn index --model made"):
        load_index(make_card(), "mnist")


def test_a_damaged_file_is_an_error_with_the_cure(data, rng):
    card, path = save_made(data)
    whole = path.read_bytes()
    for cut in (0, 10, 500, len(whole) - 30):
        path.write_bytes(whole[:cut])
        with pytest.raises(CatalogError, match="cannot be read. Build it again"):
            load_index(card, "mnist")
    good = load_bytes(card, path, whole)
    for at in rng.integers(0, len(whole), 200):
        changed = bytearray(whole)
        changed[at] ^= int(rng.integers(1, 256))
        found = load_bytes(card, path, bytes(changed))
        assert found is None or (found.states == good.states).all()


def load_bytes(card, path, content):
    """The index, or None where it is refused."""
    path.write_bytes(content)
    try:
        return load_index(card, "mnist")
    except CatalogError:
        return None


def rewrite(path, **changes):
    with np.load(path) as arrays:
        kept = dict(arrays)
    about = json.loads(str(kept.pop("about"))) | changes.pop("about", {})
    np.savez(path, about=json.dumps(about), **(kept | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"about": {"version": 0}},
        {"about": {"digest": "b" * 64}},
        {"about": {"layers": 1}},
        {"about": {"directions": ["forward", "backward"]}},
        {"about": {"reading": READING.to_dict() | {"direction": "forward"}}},
        {"states": np.zeros((29, 5, 13), np.float16)},
        {"states": np.zeros((29, 5, 14), np.float32)},
        {"labels": np.full(29, 2)},
        {"labels": np.zeros(28, np.int64)},
        {"grids": np.zeros((29, 5, 6), np.uint8)},
    ],
)
def test_what_does_not_fit_the_card_is_refused(data, changes):
    card, path = save_made(data)
    rewrite(path)
    assert len(load_index(card, "mnist")) == 29
    rewrite(path, **changes)
    with pytest.raises(CatalogError, match="other weights or another version. Build it again"):
        load_index(card, "mnist")


def test_nothing_pickled_is_read(data):
    card, path = save_made(data)
    rewrite(path, rows=np.array([{}] * 29, object))
    with pytest.raises(CatalogError, match="cannot be read"):
        load_index(card, "mnist")


def test_a_folder_that_cannot_be_written_is_one_sentence(data, runs):
    card = make_card()
    made = index_dataset(card, RecurrentClassifier(card.config.model), data)
    runs.write_text("a file, not a folder")
    with pytest.raises(ConfigError, match="Expected a place to write the index"):
        save_index(made)


def test_an_index_is_bounded(rng):
    card = make_card(reading=ReadingConfig(size=(512, 512)))
    assert most_images(card) == 2**28 // (512 * 512 + 512 * 14 * 2)
    with pytest.raises(ConfigError, match="Expected 1 to 970 images .* got 971. Choose fewer"):
        build_index(
            card, RecurrentClassifier(card.config.model), np.zeros((971, 1, 1), np.uint8), np.zeros(971)
        )
    with pytest.raises(ConfigError, match="got 0"):
        build_index(make_card(), RecurrentClassifier(card.config.model), *make_images(rng, 0))


@pytest.mark.parametrize(("layer", "way"), [(2, "forward"), (-1, "forward"), (0, "backward")])
def test_a_layer_that_is_not_there_is_refused(rng, layer, way):
    card = make_card()
    found = build_index(card, RecurrentClassifier(card.config.model), *make_images(rng, 2))
    with pytest.raises(ConfigError, match="Expected a layer below 2 and a direction out of forward"):
        found.part(layer, way)


def test_the_file_lies_where_the_digest_says():
    assert index_path(make_card(digest="c" * 64), "pneumoniamnist").name == f"{'c' * 64}-pneumoniamnist.npz"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no GPU here")
def test_states_agree_on_the_gpu(case, rng):
    card, model = case
    images = make_images(rng, 10)
    on_cpu = build_index(card, model, *images).states
    np.testing.assert_allclose(build_index(card, model.cuda(), *images).states, on_cpu, atol=1e-3)

"""The shortcuts of chest64, each counted a second way."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.stats import mannwhitneyu

import medrnn
from medrnn.bench.shortcuts import KINDS, bench_shortcuts, edge_strengths, lean, measure_split, small_copy
from medrnn.config import ASSETS
from medrnn.errors import ConfigError
from medrnn.imaging.samples import SAMPLES, read_sample
from medrnn.models.catalog import find_card

MODEL = "pneumonia-lstm-forward"


@pytest.fixture(scope="module")
def chest64():
    with np.load(ASSETS / "data" / "chest64" / "chest64.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def found():
    return bench_shortcuts(models=[MODEL])


@pytest.mark.parametrize(("split", "share"), [("train", 0.88), ("val", 0.89), ("test", 0.64)])
def test_the_figures_of_a_split(found, chest64, split, share):
    row = next(row for row in found["rows"] if row["split"] == split)
    images, labels = chest64[f"{split}_images"], chest64[f"{split}_labels"].ravel()
    has, kinds, sharp = (chest64[f"{split}_{name}"] for name in ("has_lungs", "subtype", "fullsize"))
    lungs = chest64[f"{split}_lungs"].reshape(len(labels), -1).sum(1)
    assert row["lung_share_auc"] == pytest.approx(area(labels[has], lungs[has]), abs=1e-4)
    assert row["lung_share_auc"] == pytest.approx(share, abs=0.01)  # as the set's own notes say
    deviations = np.array([-np.std(image.astype(float)) for image in images])
    assert row["grey_sd_auc"] == pytest.approx(area(labels, deviations), abs=1e-4)
    assert row["n"] == len(labels) and row["fullsize"] == pytest.approx(np.mean(sharp), abs=1e-4)
    for kind, name in enumerate(KINDS):
        if not sharp.any():
            assert row["edges"][name] is None
            continue
        edges = [
            np.hypot(*np.gradient(image.astype(float))).mean() for image in images[(kinds == kind) & sharp]
        ]
        others = [
            np.hypot(*np.gradient(image.astype(float))).mean() for image in images[(kinds == kind) & ~sharp]
        ]
        assert row["edges"][name] == pytest.approx(np.mean(edges) / np.mean(others), abs=2e-4)


def test_an_edge_is_as_strong_as_it_is_steep():
    ramp = np.tile(np.arange(0, 64, 2, dtype=np.uint8), (32, 1))
    assert edge_strengths(np.stack([ramp, ramp.T, ramp * 0])) == pytest.approx([2, 2, 0])


def test_a_split_where_the_share_says_all():
    arrays = {
        "images": np.zeros((4, 8, 8), np.uint8),
        "labels": np.array([0, 0, 1, 1]),
        "lungs": np.stack([np.full((8, 8), k) for k in (0, 0, 1, 0)]),
        "has_lungs": np.array([True, True, True, False]),  # the last one's mask is not known
        "subtype": np.array([0, 0, 1, 2]),
        "fullsize": np.array([True, False, False, False]),
    }
    row = measure_split(arrays | {"images": arrays["images"] + np.arange(8, dtype=np.uint8)})
    assert row["lung_share_auc"] == 1 and row["grey_sd_auc"] == 0.5 and row["fullsize"] == 0.25
    assert row["edges"] == {"normal": 1, "bacteria": None, "virus": None}


def test_how_far_a_model_leans_on_the_share(found, chest64):
    (row,) = found["models"]
    labels, has = chest64["test_labels"].ravel(), chest64["test_has_lungs"]
    some = np.flatnonzero((labels == 0) & has)
    shares = chest64["test_lungs"][some].mean((1, 2))
    small = [
        np.asarray(Image.fromarray(image).resize((28, 28), Image.Resampling.BICUBIC))
        for image in chest64["test_images"][some]
    ]
    with torch.inference_mode():
        ill = medrnn.load(MODEL)(torch.from_numpy(np.stack(small)).float() / 255).softmax(-1)[:, 1]
    assert row["correlation"]["normal"] == pytest.approx(np.corrcoef(ill, shares)[0, 1], abs=0.02)
    assert -1 <= row["correlation"]["pneumonia"] <= 1


def area(labels, values):
    """Of two classes, by Mann and Whitney's count of pairs in the right order."""
    ill, well = values[labels == 1], values[labels == 0]
    return mannwhitneyu(ill, well).statistic / (len(ill) * len(well))


def test_a_film_and_its_small_copy_are_asked_the_same(found):
    (row,) = found["models"]
    films = [one for one in SAMPLES.values() if one.outlined == "lungs"]
    changed, apart = 0, []
    for film in films:
        whole = medrnn.predict(MODEL, medrnn.open(film.path))
        small = medrnn.predict(MODEL, small_copy(medrnn.open(film.path), (28, 28)))
        changed += whole.answer != small.answer
        apart.append(np.abs(whole.probabilities - small.probabilities).max())
    assert (row["films"], row["changed"]) == (len(films), changed)
    assert row["largest_difference"] == pytest.approx(max(apart), abs=1e-4)


def test_a_small_copy_is_the_centred_square_as_pillow_draws_it():
    study = read_sample("chest-film-viral-2")
    with Image.open(SAMPLES["chest-film-viral-2"].path) as film:
        square = film.convert("L").crop((130, 0, 489, 359)).resize((64, 64), Image.Resampling.BICUBIC)
    assert np.abs(small_copy(study, (64, 64)).stored[0].astype(int) - np.asarray(square)).max() <= 1


def test_a_model_of_other_things_is_refused():
    with pytest.raises(ConfigError, match="normal from pneumonia, mnist-lstm answers '0' first"):
        lean(find_card("mnist-lstm"))


def test_it_is_json(found):
    assert json.loads(json.dumps(found, allow_nan=False)) == found

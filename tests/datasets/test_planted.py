"""Planted spots: known to the pixel, no clearer than what films hold anyway, and no plain map finds them."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import ndimage

from medrnn.datasets import load_dataset
from medrnn.datasets.planted import (
    Planting,
    Spot,
    band,
    core,
    plant,
    plant_set,
    profile,
    standing_out,
    structure_contrast,
    to_file,
)
from medrnn.errors import DataError


@cache
def planted(seed):
    return plant_set(Planting(seed=seed))


@pytest.fixture
def made():
    return planted(3)


def films():
    data = load_dataset("chest64")
    return {
        split: getattr(data, split).images[getattr(data, split).labels == 0]
        for split in ("train", "val", "test")
    }


def test_a_spot_has_half_its_height_at_its_radius_and_ends_at_twice_that():
    light = profile((64, 64), 20.0, 30.0, 4.0)
    assert light[20, 30] == 1 and light[20, 34] == pytest.approx(0.5) and light[24, 30] == pytest.approx(0.5)
    assert light[20, 38] == 0 and light[12, 30] == 0 and light.min() == 0
    film, mask = plant(np.full((64, 64), 100, np.uint8), Spot(20.0, 30.0, 4.0, 40.0, 12.0, 15.0))
    assert film[20, 30] == 140 and film[20, 38] == 100 and np.array_equal(mask > 0, film > 100)
    assert 150 < mask.sum() < 201  # a disc of radius 8 has 201, its rim adds less than half a grey value
    bright = core((64, 64), Spot(20.0, 30.0, 4.0, 40.0, 12.0, 15.0))
    assert np.array_equal(bright > 0, light >= 0.5) and 40 < bright.sum() < 60  # a disc of radius 4 has 50.3
    white, mask = plant(np.full((64, 64), 255, np.uint8), Spot(20.0, 30.0, 4.0, 40.0, 12.0, 15.0))
    assert (white == 255).all() and mask.sum() > 150  # what cannot be brighter is of the spot all the same


def test_the_contrast_of_structures_is_a_band_of_the_film():
    """Against the definition: a difference of two Gaussians, written out."""
    film = np.random.default_rng(0).integers(0, 256, (64, 64)).astype(np.uint8)
    sigma = 4 / 2**0.5
    narrow, wide = (ndimage.gaussian_filter(film.astype(float), s) for s in (sigma, 2 * sigma))
    expected = np.sort(np.abs(narrow - wide).ravel())[int(0.95 * 4095)]
    assert structure_contrast(film, 4) == pytest.approx(expected, rel=0.02)
    assert structure_contrast(np.full((64, 64), 9, np.uint8), 4) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("radius", [3.0, 4.3, 8.0])
def test_a_spot_on_nothing_stands_out_as_much_as_its_contrast_says(radius):
    film, _ = plant(
        np.full((64, 64), 100, np.uint8), Spot(32, 32, radius, 60.0, 60 * standing_out(radius), 30.0)
    )
    assert band(film, radius)[32, 32] == pytest.approx(60 * standing_out(radius), abs=0.5)


def test_what_was_added_is_what_the_file_says_and_clear_films_are_as_they_were(made):
    originals = films()
    for split, before in originals.items():
        labels, spots, masks, images = (
            made[f"{split}_{part}"] for part in ("labels", "spots", "masks", "images")
        )
        is_planted = labels.ravel() == 1
        assert (
            0.4 < is_planted.mean() < 0.55 and not masks[~is_planted].any() and not spots[~is_planted].any()
        )
        known = {image.tobytes(): image for image in before}
        assert all(image.tobytes() in known for image in images[~is_planted])
        for (row, column, radius, height, contrast, structure), mask in zip(
            spots[is_planted].tolist(), masks[is_planted], strict=True
        ):
            light = profile((64, 64), row, column, radius)
            assert np.array_equal(mask > 0, np.rint(height * light) > 0)
            assert 5 <= radius <= 8 and 0.7 - 1e-6 <= contrast / structure <= 1 + 1e-6
            assert height * standing_out(radius) == pytest.approx(contrast, rel=1e-5)


def test_the_same_seed_makes_the_same_bytes_and_another_another(made):
    assert to_file(plant_set(Planting(seed=3))) == to_file(made)
    assert not np.array_equal(planted(0)["train_images"], made["train_images"])


def edges(image):
    return np.hypot(*(ndimage.sobel(image.astype(float), axis) for axis in (0, 1)))


def centre(image):
    rows, columns = np.indices(image.shape)
    return -np.hypot(rows - 31.5, columns - 31.5)


MAPS = {
    "intensity": lambda image: image.astype(float),
    "darkness": lambda image: -image.astype(float),
    "edges": edges,
    "centre": centre,
    "band": lambda image: band(image, 6),
}


@pytest.mark.parametrize("seed", [0, 3])
@pytest.mark.parametrize("name", MAPS)
def test_a_plain_map_points_at_the_spot_less_than_half_the_time(seed, name):
    made = planted(seed)
    is_planted = made["test_labels"].ravel() == 1
    images, masks = made["test_images"][is_planted], made["test_masks"][is_planted]
    hits = [bool(mask.ravel()[MAPS[name](image).argmax()]) for image, mask in zip(images, masks, strict=True)]
    assert len(hits) > 60 and np.mean(hits) < 0.5


def test_the_file_is_a_set_with_patients_and_classes(made, tmp_path):
    (tmp_path / "planted.npz").write_bytes(to_file(made))
    data = load_dataset(tmp_path / "planted.npz")
    assert data.classes == ("clear", "planted") and data.findings.patients == "given"
    assert set(data.train.groups) & set(data.test.groups) == set()


@pytest.mark.parametrize(
    "change",
    [
        {"radius": (1, 3)},
        {"radius": (5, 3)},
        {"contrast": (0.5, 1.1)},
        {"contrast": (0, 1)},
        {"share": 1.0},
        {"seed": -1},
    ],
    ids=range(6),
)
def test_settings_out_of_range_are_refused(change):
    with pytest.raises(DataError, match=next(iter(change))):
        replace(Planting(), **change)

"""The score against scikit-learn's probabilistic PCA, and on inputs that are plainly unlike."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from medrnn.models.novelty import QUANTILE, edges, fit_gaussian, fit_novelty, load_novelty, save_novelty


def images(rng, count):
    """Smooth random images: a few strong directions and a little noise."""
    basis = np.random.default_rng(1).normal(0, 1, (5, 64))
    return (
        (0.5 + 0.05 * rng.normal(0, 1, (count, 5)) @ basis + 0.01 * rng.normal(0, 1, (count, 64)))
        .reshape(-1, 8, 8)
        .astype(np.float32)
    )


def rows(grids):
    """Each image with zero mean and unit spread, written out."""
    return np.array([(g - g.mean()) / g.std() for g in grids.reshape(len(grids), -1).astype(np.float64)])


def test_either_part_is_the_negative_log_likelihood_of_scikit_learn(rng):
    train, new = rows(images(rng, 300)), rows(images(rng, 20))
    pca = PCA(5, svd_solver="covariance_eigh").fit(train)
    expected = -pca.score_samples(new) / 64
    np.testing.assert_allclose(fit_gaussian(train, 5).score(new), expected, rtol=1e-3, atol=1e-3)


def test_the_score_is_the_sum_of_both_in_standard_deviations_over_the_validation_images(rng):
    train, val, new = images(rng, 300), images(rng, 200), images(rng, 20)
    novelty, expected = fit_novelty(train, val), 0
    for part, turn in ((novelty.pixels, rows), (novelty.edges, edges)):
        usual = part.score(turn(val))
        expected = expected + (part.score(turn(new)) - usual.mean()) / usual.std()
    np.testing.assert_allclose(novelty.score(new), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("angle", range(0, 180, 15))
def test_edges_tell_the_direction_of_a_slope(angle):
    """A plane that rises along a direction has all its strength in the bins beside that direction."""
    y, x = np.mgrid[:8, :8] / 16
    turn = np.deg2rad(angle)
    plane = 0.5 + 0.5 * (x * np.cos(turn) + y * np.sin(turn))
    found = edges(np.pad(plane, 4, mode="linear_ramp")[None, 4:12, 4:12]).reshape(6, 2, 2)[:, 0, 0] ** 2
    middles = np.deg2rad(15 + 30 * np.arange(6))
    near = np.cos(2 * (middles - turn)) > np.cos(np.deg2rad(61))
    assert found[near].sum() > 0.99 * found.sum() > 0


def test_one_in_two_hundred_validation_images_exceeds_the_threshold(rng):
    val = images(rng, 400)
    novelty = fit_novelty(images(rng, 400), val)
    assert 0 < (novelty.score(val) > novelty.threshold).mean() <= 1 - QUANTILE + 1 / 400


def test_the_share_is_that_of_the_validation_images_which_are_less_unlike(rng):
    val = images(rng, 400)
    novelty = fit_novelty(images(rng, 400), val)
    for one in images(rng, 5):
        expected = (novelty.score(val) < novelty.score(one[None])[0]).mean()
        assert novelty.judge(one).share == pytest.approx(expected, abs=0.01)


def test_inverted_images_noise_and_even_grey_are_unlike(rng):
    novelty = fit_novelty(images(rng, 400), images(rng, 400))
    assert novelty.judge(rng.random((8, 8), dtype=np.float32)).is_unlike
    assert novelty.judge(np.full((8, 8), 0.5, np.float32)).is_unlike
    assert not novelty.judge(images(rng, 1)[0]).is_unlike


def test_it_comes_back_from_its_file(rng, tmp_path):
    novelty = fit_novelty(images(rng, 100), images(rng, 50))
    digest = save_novelty(novelty, tmp_path / "n.safetensors")
    again = load_novelty(tmp_path / "n.safetensors", digest, (8, 8))
    new = images(rng, 7)
    np.testing.assert_array_equal(again.score(new), novelty.score(new))
    assert again.threshold == novelty.threshold


@pytest.mark.parametrize("size", [(2, 2), (3, 5), (9, 7), (64, 64)])
def test_any_size_has_a_score(rng, size, tmp_path):
    train = rng.random((30, *size), dtype=np.float32)
    novelty = fit_novelty(train, train[:0])
    digest = save_novelty(novelty, tmp_path / "n.safetensors")
    assert np.isfinite(load_novelty(tmp_path / "n.safetensors", digest, size).score(train)).all()


def test_large_images_are_scored_by_means_of_squares(rng, tmp_path):
    """96 x 128 pixels are more than 4,096: means of 2 x 2."""
    small = rng.random((40, 48, 64), np.float32)
    large = small.repeat(2, 1).repeat(2, 2)
    made = fit_novelty(large[:30], large[30:])
    np.testing.assert_allclose(made.score(large), fit_novelty(small[:30], small[30:]).score(small), rtol=1e-6)
    digest = save_novelty(made, tmp_path / "large")
    np.testing.assert_array_equal(
        load_novelty(tmp_path / "large", digest, (96, 128)).score(large), made.score(large)
    )

"""The score against scikit-learn's probabilistic PCA, and on inputs that are plainly unlike."""

import numpy as np
from sklearn.decomposition import PCA

from medrnn.models.novelty import fit_novelty, load_novelty, save_novelty


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


def test_the_score_is_the_negative_log_likelihood_of_scikit_learn(rng):
    train, new = images(rng, 300), images(rng, 20)
    pca = PCA(5, svd_solver="covariance_eigh").fit(rows(train))
    expected = -pca.score_samples(rows(new)) / 64
    np.testing.assert_allclose(
        fit_novelty(train, new, components=5).score(new), expected, rtol=1e-3, atol=1e-3
    )


def test_one_in_a_hundred_validation_images_exceeds_the_threshold(rng):
    val = images(rng, 400)
    novelty = fit_novelty(images(rng, 400), val, components=5)
    assert 0 < (novelty.score(val) > novelty.threshold).mean() <= 0.01


def test_inverted_images_and_noise_are_unlike(rng):
    novelty = fit_novelty(images(rng, 400), images(rng, 400), components=5)
    assert novelty.judge(rng.random((8, 8), dtype=np.float32)).is_unlike
    assert not novelty.judge(images(rng, 1)[0]).is_unlike


def test_it_comes_back_from_its_file(rng, tmp_path):
    novelty = fit_novelty(images(rng, 100), images(rng, 50), components=5)
    digest = save_novelty(novelty, tmp_path / "n.safetensors")
    again = load_novelty(tmp_path / "n.safetensors", digest, 64)
    new = images(rng, 7)
    np.testing.assert_array_equal(again.score(new), novelty.score(new))
    assert again.threshold == novelty.threshold

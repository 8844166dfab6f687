"""Principal components against scikit-learn's, class paths against means, probes on planted classes."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from medrnn.errors import ConfigError, DataError, ReadingError
from medrnn.evaluation.metrics import wilson_interval
from medrnn.explanation.index.trajectories import fit_projection, probe
from tests.explanation.index.made_index import make_index, make_trace


@pytest.fixture
def states(rng):
    """150 images that drift along one direction, and along another by their class, from step 3 on."""
    values = 0.1 * rng.normal(size=(150, 6, 8))
    values[:, :, 0] += np.arange(6) / 6
    values[1::2, 3:, 4] += 0.6
    return np.clip(values, -1, 1)


LABELS = np.arange(150) % 2


def test_the_components_are_scikit_learns(states):
    index = make_index(states, labels=LABELS)
    found = fit_projection(index, 0, components=3)
    flat = index.part(0).astype(np.float64).reshape(-1, 8)
    other = PCA(3, svd_solver="full").fit(flat)
    np.testing.assert_allclose(np.abs(found.components @ other.components_.T), np.eye(3), atol=1e-6)
    np.testing.assert_allclose(found.explained, other.explained_variance_ratio_, rtol=1e-8)
    np.testing.assert_allclose(found.mean, other.mean_, atol=1e-12)
    largest = np.abs(found.components).argmax(1)
    assert (found.components[np.arange(3), largest] > 0).all()


def test_the_paths_of_classes_and_of_the_image_are_projected_states(states):
    index = make_index(states, labels=LABELS, classes=("a", "b", "never"))
    found = fit_projection(index, 0, components=2)
    kept = index.part(0).astype(np.float64)
    for label in (0, 1):
        mean = kept[label::2].mean(0) - found.mean
        np.testing.assert_allclose(found.class_paths[label], mean @ found.components.T, atol=1e-6)
        points = (kept[label::2] - found.mean) @ found.components.T
        np.testing.assert_allclose(found.class_spread[label], points.std(0), atol=1e-6)
    assert np.isnan(found.class_paths[2]).all() and found.class_paths.shape == (3, 6, 2)
    apart = np.linalg.norm(found.class_paths[1] - found.class_paths[0], axis=-1)
    assert apart[:3].max() < 0.15 and apart[3:].min() > 0.4
    np.testing.assert_allclose(
        found.path(make_trace(states[5])), (states[5] - found.mean) @ found.components.T, atol=1e-6
    )


def test_all_components_explain_everything_and_constant_states_nothing(states):
    assert fit_projection(make_index(states), 0, components=20).explained.sum() == pytest.approx(1)
    still = fit_projection(make_index(np.full((5, 4, 3), 0.5)), 0, components=2)
    assert still.explained.tolist() == [0, 0] and not still.class_paths[0].any()


def test_a_trace_of_another_network_has_no_path(states):
    found = fit_projection(make_index(states), 0)
    for other in (make_trace(states[0][:, :7]), make_trace(states[0], "backward")):
        with pytest.raises(ReadingError, match="Expected a trace with 8 units in layer 0, forward"):
            found.path(other)


def test_a_probe_reads_the_class_from_the_step_on_at_which_it_is_there(states):
    told = []
    is_test = np.arange(150) >= 90
    index = make_index(states, labels=LABELS, is_test=is_test)
    found = probe(index, 0, progress=lambda *counts: told.append(counts))
    assert (found.trained, found.tested, found.dimensions) == (90, 60, 8)
    assert (found.accuracy[3:] > 0.95).all() and (found.accuracy[:3] < 0.7).all()
    assert found.majority == 0.5 and found.has_converged.all()
    assert told == [(k, 6) for k in range(1, 7)]
    for k, interval in zip(found.accuracy, found.intervals, strict=True):
        assert interval.tolist() == wilson_interval(round(60 * k), 60)
    np.testing.assert_array_equal(probe(index, 0).accuracy, found.accuracy)


def test_a_probe_learns_nothing_from_the_test_part(states):
    """With the test labels turned round, the same probe is wrong where it was right."""
    is_test = np.arange(150) >= 90
    right = probe(make_index(states, labels=LABELS, is_test=is_test), 0)
    turned = probe(make_index(states, labels=np.where(is_test, 1 - LABELS, LABELS), is_test=is_test), 0)
    np.testing.assert_allclose(turned.accuracy, 1 - right.accuracy)


def test_a_probe_names_each_image_by_itself(states):
    """A test part of one class only is named as well as a mixed one."""
    is_test = (np.arange(150) >= 90) & (LABELS == 1)
    found = probe(make_index(states, labels=LABELS, is_test=is_test), 0)
    assert (found.accuracy[3:] > 0.95).all()


def test_the_majority_is_the_most_frequent_class_of_the_validation_part():
    labels = np.array([2, 2, 2, 1, 1, 1, 1, 2])
    is_test = np.arange(8) >= 4
    found = probe(
        make_index(np.full((8, 2, 3), 0.5), labels=labels, is_test=is_test, classes=("a", "b", "c")), 0
    )
    assert found.majority == 0.25
    assert found.accuracy.tolist() == [0.25, 0.25]  # states that never change name the same class


def test_fewer_dimensions_bound_what_a_probe_sees(rng):
    """The class lies in a weak direction, which one component leaves out."""
    labels = np.arange(200) % 2
    states = np.stack([rng.uniform(-0.9, 0.9, 200), 0.1 * (2 * labels - 1)], 1)[:, None].repeat(2, 1)
    index = make_index(states, labels=labels, is_test=np.arange(200) >= 100)
    assert probe(index, 0, dimensions=2).accuracy[0] == 1
    one = probe(index, 0, dimensions=1)
    assert one.accuracy[0] < 0.7 and one.dimensions == 1


@pytest.mark.parametrize(
    ("labels", "is_test", "message"),
    [
        ([0, 0, 0, 1], [0, 0, 0, 1], "got 1 classes and 1 test images. Build the index with more"),
        ([0, 1, 0, 1], [0, 0, 0, 0], "got 2 classes and 0 test images"),
    ],
)
def test_a_probe_without_classes_or_test_images_is_refused(labels, is_test, message):
    with pytest.raises(DataError, match=message):
        probe(make_index(np.zeros((4, 3, 2)), labels=labels, is_test=is_test), 0)


def test_a_number_below_one_is_refused(states):
    with pytest.raises(ConfigError, match="components: expected at least 1, got 0"):
        fit_projection(make_index(states), 0, components=0)
    with pytest.raises(ConfigError, match="dimensions: expected at least 1, got 0"):
        probe(make_index(states), 0, dimensions=0)

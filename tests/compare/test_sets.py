"""Several models on one set: who can be compared, what they answer, which figures and groups come of it."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from medrnn.compare.figures import compare
from medrnn.compare.paired import delong, holm, mcnemar
from medrnn.compare.sets import Compared, SetAnswers, answer_images, pick, put_together, who_fits
from medrnn.datasets import Dataset, Split, load_dataset
from medrnn.datasets.metadata import Metadata, metadata_of
from medrnn.errors import CatalogError
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.models.catalog import find_card, list_cards, load_model


def made_answers(labels, classes=2, models=3, seed=0):
    rng = np.random.default_rng(seed)
    found = []
    for number in range(models):
        raw = rng.random((len(labels), classes)) + 0.8 * np.eye(classes)[labels]
        found.append(
            SetAnswers(
                model=f"model-{number}",
                digest=f"{number}" * 64,
                title=f"Model {number}",
                parameters=1000 * (number + 1),
                probabilities=(raw / raw.sum(1, keepdims=True)).astype(np.float32),
                elapsed_ms=1.0 + number,
                device="cpu",
                learnt_from="made",
            )
        )
    return tuple(found)


def made_compared(images=90, classes=2, models=3, metadata=None):
    labels = np.arange(images) % classes
    names = tuple("abcdef"[:classes])
    answers = made_answers(labels, classes, models)
    return Compared("made", "0" * 64, "Made", names, labels, answers, metadata or Metadata({}))


def test_models_of_other_classes_sizes_and_colours_are_left_out_and_say_why():
    cards, data = list_cards(), load_dataset("pneumoniamnist")
    fit, left = who_fits(cards.values(), data)
    assert {c.id for c in fit} == {c.id for c in cards.values() if c.data["name"] == "pneumoniamnist"}
    why = {one.card.id: one for one in left}
    assert why["chest-renet"].say(data) == "it reads 64 x 64 pixels, these images have 28 x 28"
    assert why["mnist-lstm"].why == "classes"
    card = find_card("chest-renet")
    pictures = np.zeros((2, 64, 64, 3), np.uint8)
    split = Split(pictures, np.array([0, 1]))
    (colour,) = who_fits([card], Dataset("c", "C", card.classes, split, split, split))[1]
    assert colour.say(data) == "it reads grey values, these images are in colour"
    with pytest.raises(CatalogError, match=r"chest-renet is none: it reads 64 x 64 pixels.*pneumonia-gru"):
        pick(cards, ["pneumonia-gru", "chest-renet"], data)


def test_the_answers_are_those_of_the_model_and_it_is_given_back_as_found():
    card, data = find_card("pneumonia-rnn-forward"), load_dataset("pneumoniamnist")
    model, said = load_model(card.id).train(), []
    images = data.test.images[:150]
    found = answer_images(model, card, images, lambda *done: said.append(done))
    assert model.training and said == [(64, 150), (128, 150), (150, 150)]
    expected = answer(model, to_grids(images, card.config.reading), card.config.reading)
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-6)
    assert 0 < found.elapsed_ms < 1000 and found.parameters == card.parameters


def test_the_figures_of_a_shipped_model_are_those_of_its_card():
    card, data = find_card("pneumonia-rnn-forward"), load_dataset("pneumoniamnist")
    answers = answer_images(load_model(card.id), card, data.test.images)
    (told,) = compare(put_together(data, [answers]), rounds=20).measured
    for name in ("accuracy", "auc"):
        assert told.values[name] == pytest.approx(card.metrics["test"][name], abs=1e-6)


def test_every_pair_is_tested_and_corrected_for_all_tests():
    compared = made_compared()
    found = compare(compared, rounds=50, seed=5)
    assert [(p.first, p.second) for p in found.pairs] == list(combinations(range(3), 2))
    raw = []
    for pair in found.pairs:
        a, b = (compared.models[k] for k in (pair.first, pair.second))
        assert pair.auc == delong(a.probabilities[:, 1], b.probabilities[:, 1], compared.labels == 1)
        assert pair.errors == mcnemar(a.answers == compared.labels, b.answers == compared.labels)
        raw.append((pair.auc.p, pair.errors.p))
    adjusted = holm([p for p, _ in raw] + [p for _, p in raw])
    assert [p.auc_p for p in found.pairs] + [p.errors_p for p in found.pairs] == adjusted


def test_the_interval_of_a_difference_is_over_the_same_resamples_of_both():
    """A model beside itself: no resample tells the two apart, however wide their own intervals are."""
    compared = made_compared(models=1)
    twice = replace(compared, models=(compared.models[0], replace(compared.models[0], model="again")))
    (pair,) = compare(twice, rounds=50).pairs
    assert set(pair.resampled.values()) == {(0.0, 0.0)} and pair.errors.p == pair.auc.p == 1


def test_one_model_alone_and_a_class_of_one_image_have_no_test():
    assert compare(made_compared(models=1), rounds=5).pairs == ()
    compared = made_compared(images=9, classes=3)
    lonely = replace(compared, labels=np.array([0] * 8 + [2]))
    found = compare(lonely, rounds=5)
    assert all(p.auc is None and p.auc_p is None and p.errors_p <= 1 for p in found.pairs)


def test_groups_are_told_one_by_one_and_patients_are_drawn_whole():
    names = np.array(["left", "right", ""] * 30)
    compared = made_compared(metadata=Metadata({"Side": names}, np.arange(90) // 2))
    found = compare(compared, rounds=10)
    assert found.unit == "patient" and compare(made_compared(), rounds=5).unit == "image"
    assert [(g.title, g.name, g.count) for g in found.groups] == [
        ("Class", "a", 45),
        ("Class", "b", 45),
        ("Side", "left", 30),
        ("Side", "right", 30),
    ]
    left = found.groups[2]
    expected = [(m.answers == compared.labels)[names == "left"].mean() for m in compared.models]
    assert left.right == pytest.approx(expected)
    assert all(low <= share <= high for share, (low, high) in zip(left.right, left.intervals, strict=True))


def test_what_is_known_of_the_shipped_films_is_what_their_source_says():
    found, data = metadata_of("chest64"), load_dataset("chest64")
    kinds = found.groups["Kind, by the laboratory"]
    assert {k: int((kinds == k).sum()) for k in np.unique(kinds)} == {
        "normal": 167,
        "bacteria": 242,
        "virus": 148,
    }
    assert np.array_equal(kinds != "normal", data.test.labels == 1)
    assert len(np.unique(found.patients)) == 365
    share = found.groups["Lungs' share of the picture"]
    assert (share == "").sum() == 2  # films without a mask
    assert not metadata_of("mnist").groups and metadata_of("mnist").patients is None

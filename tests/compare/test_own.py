"""Answers to many images without labels: each frame counts, a bad one stays in its place, the verdict stands beside."""

import csv
import io

import numpy as np
import pytest

from medrnn.compare.own import OwnImage, agrees, answer_own, list_images
from medrnn.compare.own_table import answers_csv, columns
from medrnn.config import DISCLAIMER
from medrnn.errors import ImageError
from medrnn.imaging.samples import read_sample
from medrnn.models.catalog import find_card, load_model, load_novelty
from medrnn.models.predict import predict
from medrnn.sequences import read_study

FORWARD, RENET = "pneumonia-lstm-forward", "chest-renet"


@pytest.fixture(scope="module")
def images():
    names = ("chest-child-pneumonia-1", "ct-small", "cell-neutrophil", "ct-perfusion")
    found = list(enumerate(map(read_sample, names)))
    return list_images([*found, (4, ImageError("Expected an image."))])


def answered(name, images):
    card = find_card(name)
    pieces = list(answer_own(load_model(name), card, images, load_novelty(card)))
    return card, [one for piece in pieces for one in piece]


def test_each_frame_counts_and_an_error_stays_in_its_place(images):
    assert [(one.file, one.frame, one.is_slice) for one in images] == [
        (1, 0, False),
        (2, 0, False),
        (3, 0, False),
        (4, 0, True),
        (4, 1, True),
        (5, 0, False),
    ]
    assert images[-1].study is None and images[-1].error == "Expected an image."


@pytest.mark.parametrize("name", [FORWARD, RENET])
def test_each_answer_and_verdict_is_that_of_a_single_prediction(images, name):
    card, answers = answered(name, images)
    model, novelty = load_model(name), load_novelty(card)
    for image, told in zip(images[:-1], answers[:-1], strict=True):
        reading = read_study(image.study, card.config.reading, frame=image.frame, from_colour=True)
        alone = predict(model, card, reading, novelty)
        np.testing.assert_allclose(told.probabilities, alone.probabilities, atol=1e-5)
        assert (told.answer, told.verdict) == (alone.answer, alone.verdict)
    assert answers[-1].answer is None and answers[-1].reason == "Expected an image."


def test_pieces_come_one_by_one(images, monkeypatch):
    monkeypatch.setattr("medrnn.compare.own.PIECE", 4)
    card = find_card(FORWARD)
    assert [len(piece) for piece in answer_own(load_model(FORWARD), card, images)] == [4, 2]


def test_models_agree_where_both_know_the_image(images):
    found = [answered(name, images) for name in (FORWARD, "pneumonia-gru", RENET)]
    cards = [card for card, _ in found]
    of = [[answers[k] for _, answers in found] for k in range(len(images))]
    assert [one.counts for one in of[0]] == [True, True, False]  # 28 pixels are too few for the third
    assert agrees(of[0], cards) is True
    assert agrees(of[1], cards) is None and agrees(of[-1], cards) is None


def test_the_table_has_a_line_an_image_and_model_and_no_name_that_came_with_a_file(images):
    found = [answered(name, images) for name in (FORWARD, "mnist-rnn")]
    cards = [card for card, _ in found]
    text = answers_csv(images, cards, [answers for _, answers in found])
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == columns(cards) and len(rows) == 2 * len(images)
    first, digits, *_, bad = rows
    assert (first["file"], first["model"], first["verdict"], first["answer"]) == (
        "file 1",
        FORWARD,
        "within",
        "pneumonia",
    )
    assert float(first["normal"]) + float(first["pneumonia"]) == pytest.approx(1)
    assert first["7"] == "" and digits["pneumonia"] == "" and digits["verdict"] == "unlike"
    assert bad["error"] == "Expected an image." and bad["answer"] == bad["verdict"] == ""
    assert {row["note"] for row in rows} == {DISCLAIMER} and first["key"] == images[0].study.key


def test_a_colour_image_is_refused_by_a_grey_model_where_nobody_allowed_it(images):
    card = find_card(FORWARD)
    colour = [image for image in images if image.study is not None and image.study.is_colour]
    ((told,),) = answer_own(load_model(FORWARD), card, colour, from_colour=False)
    assert told.verdict is None and "grey" in told.reason
    assert isinstance(colour[0], OwnImage)

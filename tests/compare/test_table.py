"""The table of single images: what stands in it is what the models answered."""

import csv
import io

import pytest

from medrnn import sequences
from medrnn.compare.table import COLUMNS, images_table
from medrnn.config import DISCLAIMER
from medrnn.imaging.samples import read_sample
from medrnn.models import catalog
from medrnn.models.inference import infer
from medrnn.models.predict import predict


def test_every_step_class_and_seed_is_in_it():
    study, cards, found, made = read_sample("chest-film-normal-1"), [], [], []
    for name in ("chest-cnn", "pneumonia-rnn-forward"):
        card = catalog.find_card(name)
        reading = sequences.read_study(study, card.config.reading)
        seeds = catalog.load_seeds(card, "cpu")
        found.append(predict(catalog.load_model(name, "cpu"), card, reading, None, seeds))
        made.append(infer(card, reading, device="cpu", found=found[-1]))
        cards.append(card)
    text = images_table(found, cards, made)
    lines = text.splitlines()
    assert lines[0] == f"# {DISCLAIMER}"
    rows = list(csv.DictReader(io.StringIO("\n".join(line for line in lines if not line.startswith("#")))))
    assert tuple(rows[0]) == COLUMNS
    cnn, rnn = ([row for row in rows if row["model"] == card.id] for card in cards)
    assert len(cnn) == 2 and len(rnn) == 2 * 29  # no steps; 28 of them and the end, for two classes
    end = next(row for row in cnn if row["class"] == "pneumonia")
    assert float(end["probability"]) == pytest.approx(float(found[0].probabilities[1]))
    assert (float(end["lowest"]), float(end["highest"])) == pytest.approx(found[0].spread(1))
    assert (end["seeds"], int(end["parameters"])) == ("3", cards[0].parameters)
    third = next(row for row in rnn if row["step"] == "3" and row["class"] == "normal")
    assert float(third["probability"]) == pytest.approx(float(found[1].steps[2, 0]))
    last = [row for row in rnn if row["class"] == "normal"][-1]
    assert (last["step"], last["lowest"], last["seeds"]) == ("", "", "1")

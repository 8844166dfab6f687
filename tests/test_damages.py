"""A folder among the runs may hold anything: it is listed as damaged, with a reason, and nothing else breaks."""

import contextlib
import io
import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from medrnn.__main__ import main
from medrnn.config import ModelConfig, ReadingConfig, TrainConfig
from medrnn.errors import CatalogError, MedrnnError
from medrnn.imaging.samples import read_sample
from medrnn.models.catalog import MODELS, find_card, list_cards, list_damaged, load_model, load_novelty
from medrnn.models.predict import predict
from medrnn.training.run import train
from medrnn.types import Reading
from medrnn.ui.state import Session
from tests.damages import TEXTS, list_damages
from tests.pages.test_pages import visit
from tests.training.conftest import bars


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A finished run on a small set of one's own."""
    rng, folder = np.random.default_rng(0), tmp_path_factory.mktemp("good")
    splits = {name: bars(rng, 60) for name in ("train", "val", "test")}
    arrays = {f"{n}_{part}": getattr(s, part) for n, s in splits.items() for part in ("images", "labels")}
    np.savez(folder / "bars.npz", **arrays)
    model = ModelConfig(cell="gru", layers=1, width=8, features=8, dropout=0)
    reading = ReadingConfig(size=(8, 8))
    config = TrainConfig(str(folder / "bars.npz"), model, reading, epochs=2, batch=16)
    list(train(config, folder / "run"))
    return folder / "run"


@pytest.fixture(scope="module")
def damages(good):
    found = list_damages(good)
    assert len(found) >= 310
    return found


def copy(good, runs, name="damaged"):
    runs.mkdir(exist_ok=True)
    return Path(shutil.copytree(good, runs / name, symlinks=True))


def what_becomes(folder):
    """How the catalogue sees a folder: "whole", "damaged" or "no model"; it has to be exactly one of them."""
    cards, damaged = list_cards(), list_damaged()
    mine = [card for card in cards.values() if card.folder == folder]
    if folder.name in damaged:
        assert not mine and damaged[folder.name].endswith(".") and len(damaged[folder.name]) < 400
        return "damaged"
    return "whole" if mine else "no model"


def read(card):
    """What a page does with a model: load it, and let it answer."""
    rows, columns = card.config.reading.size
    grid = np.zeros((rows, columns), np.float32)
    reading = Reading(grid, grid, np.zeros((rows, 4), np.float32), (0, 0, columns, rows), card.config.reading)
    return predict(load_model(card.folder), card, reading, load_novelty(card))


def test_no_damage_breaks_the_catalogue_or_a_model(good, damages, runs):
    """One damage after the other; a model that is still listed answers with numbers, or says in a sentence why not."""
    seen = {}
    for name, damage in damages.items():
        folder = copy(good, runs)
        damage(folder)
        began = time.monotonic()
        seen[name] = what_becomes(folder)
        if seen[name] == "whole":
            try:
                answer = read(find_card(folder))
                assert np.isfinite(answer.probabilities).all(), name
                assert answer.novelty is None or np.isfinite(answer.novelty.score), name
            except MedrnnError as error:
                seen[name] = f"refused: {error}"
        assert time.monotonic() - began < 20, name  # a pipe or gigabytes of zeros would hold it
        shutil.rmtree(folder)
    assert [name for name in seen if name.startswith("model.safetensors") and seen[name] == "whole"] == []
    assert all(
        seen[name] == "damaged" for name in seen if "safetensors" in name and ("NaN" in name or "cut" in name)
    )
    assert seen["card.json gone"] == "no model"
    whole = {name for name in damages if name.startswith("card.json") and seen[name] == "whole"}
    assert {name for name in whole if name.endswith(NEVER)} - FITS == set()
    assert sum(name.startswith("card.json") for name in damages) - len(whole) > 150


NEVER = (
    *TEXTS,
    "null",
    "list",
    "record",
    "minus",
    "huge",
    "pipe",
    "link",
    "folder",
    "sparse",
    "cut",
    "random",
)
FITS = {  # what a card may say: no AUC where it is not defined, one sentence of limits, no versions, a network behind
    *(
        f"card.json:metrics.{split}.{place} null"
        for split in ("val", "test")
        for place in ("auc", "intervals.auc")
    ),
    "card.json:sure.brier.interval null",  # of one patient there is none
    "card.json:sure.sets.classes.0.test null",  # nobody measured
    "card.json:sure.sets.classes.0.test_interval null",
    "card.json:metrics.baselines.majority.auc null",
    "card.json:limits list",
    "card.json:kinds null",  # nobody said of what kind the images were
    "card.json:versions record",
    "card.json:preprocessing record",  # nothing said
    "card.json:config.strength record",  # every setting has its default
    *(
        f"card.json:metrics.baselines.{place} minus"
        for place in ("ahead", "ahead_interval.0", "ahead_interval.1")
    ),
}


def test_every_damage_at_once_leaves_the_good_models(good, damages, runs, capsys):
    for number, damage in enumerate(damages.values()):
        damage(copy(good, runs, f"damaged-{number:04}"))
    copy(good, runs, "good")
    cards = list_cards()
    assert tuple(cards)[: len(MODELS)] == MODELS and "run" in cards
    assert main(["models", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in lines] == list(cards)


@pytest.mark.parametrize(
    "name", ["open", "read", "memory", "map", "data", "train", "runs", "compare", "models"]
)
def test_no_page_turns_red_with_every_damage_at_once(good, damages, runs, name):
    for number, damage in enumerate(damages.values()):
        damage(copy(good, runs, f"damaged-{number:04}"))
    session = Session()
    session.add(read_sample("chest-child-pneumonia-1"), "chest-child-pneumonia-1")
    at = visit(name, session)
    assert not at.exception
    assert all(error.value.startswith("This run is damaged") for error in at.error)
    if name == "models":
        assert f"Damaged: {len(list_damaged())}" in [box.label for box in at.expander]
    if name == "runs":
        table = at.dataframe[0].value
        assert {"damaged", "finished"} <= set(table["State"])
        assert table["Why"][table["State"] == "damaged"].str.len().min() > 20


def test_a_score_under_no_digest_is_refused(good, runs):
    folder = copy(good, runs)
    card = json.loads((folder / "card.json").read_text())
    del card["novelty"]
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(CatalogError, match="not the ones that the card describes"):
        load_novelty(find_card(folder))


def test_a_link_to_a_run_is_not_followed(good, runs):
    runs.mkdir()
    (runs / "linked").symlink_to(good)
    assert "is a link" in list_damaged()["linked"]
    assert "run" not in list_cards()


def test_a_damaged_model_is_one_sentence_on_the_command_line(good, runs, capsys):
    folder = copy(good, runs)
    (folder / "card.json").write_text("[1]")
    with contextlib.redirect_stdout(io.StringIO()):
        assert main(["predict", "assets/samples/chest-child-normal-1.png", "--model", str(folder)]) == 2
    assert capsys.readouterr().err.count("\n") == 1

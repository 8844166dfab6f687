"""`bench faithfulness`: plain maps fail, rows are complete, rivals are beaten where the truth is known."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from medrnn.bench import faithful_sets, faithfulness
from medrnn.bench.faithful_sets import Case, plain_maps, planted_networks, planted_test
from medrnn.bench.faithful_table import to_markdown
from medrnn.bench.faithfulness import RIVALS, _row, around, images_of, plain_rows, reached, wilson
from medrnn.config import ReadingConfig
from medrnn.explanation.attribution.methods import METHODS
from medrnn.explanation.evidence.randomise import randomised
from medrnn.explanation.evidence.subject import passes_of
from medrnn.models.catalog import find_card
from medrnn.sequences import lines
from tests.explanation.networks import carded


def case(kind="stack", set_="planted", count=3):
    module, card, reading = carded(kind)
    x = torch.rand(count, reading.config.steps, reading.config.features)
    masks = np.zeros((count, 8, 12), np.uint8)
    masks[:, 2:5, 3:7] = 1
    cores = np.roll(masks, 1, 1) * masks if set_ == "planted" else None
    others = torch.rand(4, *x.shape[1:])
    return Case(set_, "made", module, card, x, np.zeros(count, int), masks, others, cores)


def test_plain_maps_do_not_point_at_the_spots():
    rows = plain_rows()
    assert [row["method"] for row in rows] == ["plain-intensity", "plain-edges", "plain-centre"]
    assert all(row["pointing"] < 0.5 and row["images"] == 84 for row in rows)


def test_plain_maps_are_what_they_say(rng):
    image = rng.random((9, 9))
    found = plain_maps(image)
    np.testing.assert_array_equal(found["plain-intensity"], image)
    assert np.unravel_index(found["plain-centre"].argmax(), (9, 9)) == (4, 4)
    edge = np.zeros((9, 9))
    edge[:, 5:] = 1
    assert set(plain_maps(edge)["plain-edges"].argmax(1)) <= {4, 5}


def test_the_test_part_has_a_spot_in_every_mask():
    images, masks, cores = planted_test()
    assert len(images) == len(masks) == 84 and masks.any((1, 2)).all()
    assert cores.any((1, 2)).all() and (cores <= masks).all()
    assert 2.5 < masks.sum() / cores.sum() < 4  # to nearly twice the radius: nearly four times the area
    assert not planted_test(has_spot=False)[1].any()


@pytest.mark.parametrize("set_", ["planted", "chest64"])
def test_a_row_has_every_figure_of_its_set(set_):
    made = case(set_=set_)
    row = _row(made, "saliency", 0, "black", [randomised(made.module, 1)])
    assert row["images"] == 3 and 0 <= row["mass"] <= 1 and row["share"] == pytest.approx(12 / 96)
    assert -1 <= row["randomisation"] <= 1
    for name in ("pointing", "mass"):
        low, high = row[f"{name}_interval"]
        assert 0 <= low <= row[name] <= high <= 1
    if set_ == "planted":
        assert row["deletion_win"] is None
        assert row["core_share"] == pytest.approx(8 / 96, abs=5e-4) and row["core_mass"] < row["mass"]
    else:
        assert row["core_share"] is None
        assert list(row["deletion_win"]) == list(RIVALS)
        for name, (low, high) in row["deletion_interval"].items():
            assert low <= row["deletion_win"][name] <= high
    assert row == _row(made, "saliency", 0, "black", [randomised(made.module, 1)])


def test_the_same_network_in_the_rivals_place_is_never_beaten():
    """The rival's map is then the map itself, and an equal area is no win."""
    made = case(set_="chest64")
    row = _row(made, "saliency", 0, "black", [made.module])
    assert row["deletion_win"]["randomised"] == 0 and row["randomisation"] == 1


def test_dear_methods_are_tried_on_fewer_images():
    made = case(count=60)
    assert images_of(made, "saliency") == 40
    assert images_of(made, "lime") == 6
    assert images_of(replace(made, x=made.x[:2]), "lime") == 2
    config = replace(made.card.config, reading=ReadingConfig(size=(64, 64)))
    large = replace(made, card=replace(made.card, config=config), x=torch.rand(60, 64, 64))
    dear = {name: images_of(large, name) for name in METHODS if name != "contextual-decomposition"}
    assert dear["temporal-rescaling"] == 2 and dear["integrated-gradients"] == 20 and min(dear.values()) == 2
    maps = sum(2 * count * passes_of(name, 64, 64, (64, 64)) for name, count in dear.items())
    assert maps < 120_000  # passes of all methods on one network


def test_wilsons_interval_is_the_formula():
    z, n, p = 1.959964, 20, 16 / 20
    middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    wanted = [(middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)]
    assert wilson(16, 20) == pytest.approx(wanted, abs=1e-3)


def test_the_interval_of_a_mean_is_the_formula():
    values = [0.2, 0.5, 0.4, 0.9]
    half = 3.182446 * np.std(values, ddof=1) / 2  # Student's t of 3 degrees of freedom
    assert around(values) == pytest.approx([0.5 - half, 0.5 + half], abs=1e-3)
    assert around([0.3]) is None and around([0.3, 0.3]) is None


def row(method, **given):
    base = {"set": "planted", "network": "a", "method": method, "images": 5, "pointing": 0.95, "mass": 0.6}
    base |= {"pointing_interval": [0.8, 1.0], "mass_interval": None}
    base |= {"core_pointing": 0.7, "core_mass": 0.3, "core_share": 0.03, "share": 0.1}
    base |= {"randomisation": 0.1, "deletion_win": None, "deletion_interval": None}
    return base | given


def test_what_is_reached_is_reached_by_one_and_the_same_row():
    wins = dict.fromkeys(RIVALS, 0.9)
    rows = [
        row("all"),
        row("points", mass=0.2),
        row("mass", pointing=0.5, core_pointing=0.9, core_mass=0.5),
        row("stays", randomisation=0.4),
        row("grey", network="none", pointing=0.3, randomisation=None),
        row("wins", set="chest64", deletion_win=wins),
        row("loses", set="chest64", deletion_win=wins | {"random": 0.7}),
    ]
    found = reached(rows)
    assert found["localised"] == ["a: all"]
    assert found["pointing"] == ["a: all", "a: points"] and found["mass"] == ["a: all", "a: mass"]
    assert found["core"] == ["a: mass"]
    assert found["deletion"] == ["a: wins"] and found["plain_below_half"]
    assert found["deletion_everywhere"] == ["wins"]
    twice = [
        row("wins", set="chest64", deletion_win=wins),
        row("wins", set="chest64", deletion_win=wins | {"random": 0.7}),
    ]
    assert reached(twice)["deletion_everywhere"] == []
    assert not reached([row("grey", network="none", pointing=0.5)])["plain_below_half"]


def test_the_table_has_a_line_a_row_and_says_what_is_reached():
    intervals = dict.fromkeys(RIVALS, [0.6, 0.9])
    wins = dict.fromkeys(RIVALS, 0.8)
    rows = [row("one"), row("two", set="chest64", deletion_win=wins, deletion_interval=intervals)]
    found = {"rows": rows, "seed": 3, "baseline": "black", "machine": "here", "reached": reached(rows)}
    said = to_markdown(found | {"networks": [{"network": "a", "auc": 0.97}]})
    table = [line for line in said.splitlines() if line.startswith("|")]
    assert len(table) == 4 and len({line.count("|") for line in table}) == 1
    assert "| 0.95 (0.80-1.00) | 0.60 |" in table[2]
    assert "80 % (60-90)" in table[3] and "seed 3" in said
    assert "a: one" in said and "on all of a: two." in said and "a 0.970" in said


def test_the_whole_measurement_on_a_made_network(monkeypatch):
    made = case()
    monkeypatch.setattr(faithfulness, "planted_networks", lambda: ("made",))
    monkeypatch.setattr(faithfulness, "planted_case", lambda name: replace(made, auc=0.97))
    monkeypatch.setattr(faithfulness, "CHEST", ())
    found = faithfulness.bench_faithfulness(methods=["saliency", "row-occlusion"])
    assert [one["method"] for one in found["rows"]][3:] == ["saliency", "row-occlusion"]
    assert found["networks"] == [{"network": "made", "auc": 0.97}]


@pytest.mark.parametrize("name", planted_networks())
def test_a_shipped_network_finds_the_spots(name):
    made = faithful_sets.planted_case(name)
    assert len(made.x) >= 0.7 * 84 and (made.target == 1).all()
    assert (
        made.auc > 0.93 and made.card.metrics["test"]["auc"] > 0.9
    )  # larger spots, and those of its training
    assert find_card(faithful_sets.FOLDER / name).digest == made.card.digest
    picture = made.x[0].numpy()
    assert lines(made.masks[0], made.card.config.reading).shape == picture.shape

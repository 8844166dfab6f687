"""A comparison as files, as rows and as sentences; which images are looked at."""

import csv
import io
import json
import shlex
from dataclasses import replace

import numpy as np
import pytest

from medrnn.__main__ import build_parser
from medrnn.compare import words
from medrnn.compare.figures import compare
from medrnn.compare.rows import figure_rows, group_rows, pair_rows
from medrnn.compare.selecting import MARGIN, ORDERS, select
from medrnn.compare.set_record import command, figures_csv, images_csv, to_dict
from medrnn.config import DISCLAIMER
from medrnn.datasets.metadata import Metadata
from medrnn.evaluation.figures import FIGURES
from tests.compare.test_sets import made_compared

SIDES = Metadata({"Side": np.array(["left", "right", ""] * 30)}, np.arange(90) // 2)


@pytest.fixture(scope="module")
def found():
    return compare(made_compared(metadata=SIDES), rounds=40)


def table(text):
    lines = text.splitlines()
    heads = [line for line in lines if line.startswith("# ")]
    assert heads[0] == f"# {DISCLAIMER}"
    return heads, list(csv.DictReader(io.StringIO("\n".join(lines[len(heads) :]))))


def test_every_image_has_its_line_and_its_answers_can_be_made_again_from_it(found):
    heads, rows = table(images_csv(found))
    compared = found.compared
    assert len(rows) == 90 and rows[0]["Side"] == "left"
    for k, row in enumerate(rows):
        assert int(row["index"]) == k and row["label"] == compared.classes[compared.labels[k]]
        answers = {row[f"{one.model}: answer"] for one in compared.models}
        assert (row["agree"] == "yes") == (len(answers) == 1)
        for one in compared.models:
            told = [float(row[f"{one.model}: p({name})"]) for name in compared.classes]
            np.testing.assert_array_equal(np.float32(told), one.probabilities[k])
    made = json.loads(heads[1].removeprefix("# comparison: "))
    assert made["data_digest"] == "0" * 64 and made["bootstrap"]["unit"] == "patient" and made["n"] == 90
    assert [m["digest"] for m in made["models"]] == [f"{k}" * 64 for k in range(3)]
    assert made["versions"]["torch"] and made["note"] == DISCLAIMER


def test_every_figure_of_every_model_has_its_line(found):
    _, rows = table(figures_csv(found))
    assert len(rows) == 3 * (len(FIGURES) + 2)
    (auc,) = [row for row in rows if (row["model"], row["figure"]) == ("model-1", "auc")]
    assert float(auc["value"]) == found.measured[1].values["auc"]
    assert float(auc["low"]) < float(auc["value"]) < float(auc["high"])


def test_the_numbers_are_json(found):
    told = json.loads(json.dumps(to_dict(found), allow_nan=False))
    assert len(told["pairs"]) == 3 and told["pairs"][0]["auc"]["p_holm"] == found.pairs[0].auc_p
    assert told["pairs"][1]["resampled"]["auc"] == list(found.pairs[1].resampled["auc"])
    assert told["figures"][2]["intervals"]["ece"] == list(found.measured[2].intervals["ece"])
    assert told["groups"][2] == {"by": "Side", "group": "left", "n": 30, "right": told["groups"][2]["right"]}


def test_the_line_for_the_shell_is_one_that_the_command_line_takes():
    found = compare(made_compared(), target=0, specificity=0.95, seed=3, rounds=5)
    args = build_parser().parse_args(shlex.split(command(found))[3:])
    assert (args.model, args.target, args.specificity, args.seed) == (
        ["model-0", "model-1", "model-2"],
        "a",
        0.95,
        3,
    )
    assert args.data == "YOUR-DATA"  # no path of anybody's own set


def test_rows_say_what_the_records_hold(found):
    rows = {row["Figure"]: row for row in figure_rows(found)}
    assert "Sensitivity at 90 % specificity" in rows and rows["Parameters"]["model-2"] == "3,000"
    accuracy = found.measured[0].values["accuracy"]
    assert rows["Accuracy"]["model-0"].startswith(f"{100 * accuracy:.1f} % (")
    assert [row["Images"] for row in group_rows(found)] == [45, 45, 30, 30]
    assert pair_rows(found)[1]["Only first right"] == found.pairs[1].errors.only_first


def test_sentences_tell_a_difference_only_where_there_is_evidence(found):
    for pair in found.pairs:
        for (said, has), p in zip(
            words.pair_sentences(found, pair), (pair.auc_p, pair.errors_p), strict=True
        ):
            assert has == (p < 0.05) and words.p_words(p) in said
            assert ("no evidence of a difference at n = 90" in said) != has
    assert "45 patients" in words.draws_sentence(
        found
    ) and "40 resamples of patients" in words.draws_sentence(found)
    assert "6 tests" in words.tests_sentence(found) and "one patient" in words.tests_sentence(found)
    assert "no group can be compared" in words.groups_sentence(compare(made_compared(), rounds=3))
    assert words.tests_sentence(compare(made_compared(models=1), rounds=3)) == ""
    assert (words.p_words(0.0004), words.p_words(0.0321), words.p_words(None)) == (
        "p < 0.001",
        "p = 0.032",
        "not tested",
    )


def test_filters_orders_and_search_find_what_they_say():
    compared = made_compared(
        images=60, classes=3, metadata=Metadata({"Side": np.array(["left", "right"] * 30)})
    )
    answers = np.stack([one.answers for one in compared.models])
    wrong, disagree, unsure = (
        set(select(compared, name).tolist()) for name in ("wrong", "disagree", "unsure")
    )
    for k in range(60):
        assert (k in wrong) == (answers[:, k] != compared.labels[k]).any()
        assert (k in disagree) == (len(set(answers[:, k].tolist())) > 1)
        gaps = [np.diff(sorted(one.probabilities[k].tolist())[-2:])[0] for one in compared.models]
        assert (k in unsure) == (min(gaps) < MARGIN)
    for name in ORDERS:
        assert sorted(select(compared, order=name).tolist()) == list(range(60))
    worst = select(compared, order="worst")
    p = [np.mean([one.probabilities[k, compared.labels[k]] for one in compared.models]) for k in worst]
    assert (np.diff(p) >= 0).all()
    assert select(compared, text="7").tolist() == [6] and select(compared, text="999").tolist() == []
    assert select(compared, text="LEFT").tolist() == list(range(0, 60, 2))
    assert select(compared, text="nothing like it").size == 0
    digits = replace(compared, classes=tuple("0123456789"))  # a label of 0 is shown as "digit 0"
    found = set(select(digits, text="digit 0").tolist())
    assert found == {k for k in range(60) if compared.labels[k] == 0 or (answers[:, k] == 0).any()}


@pytest.mark.parametrize(
    ("patients", "said", "tests"),
    [
        (None, "90 test images. ", ""),
        (np.arange(90), "90 test images of 90 patients. ", ""),
        (np.arange(90) // 2, "90 test images of 45 patients. ", "some are of one patient, so p is"),
        (np.zeros(90, int), "of 1 patient. In brackets 95 % intervals: none: a class is of fewer than 3 patients",
         "all are of one patient, so nothing is told of others"),
    ],
    ids=["not known", "one image each", "two each", "one patient"],
)  # fmt: skip
def test_of_how_many_patients_the_images_are_is_said_and_what_comes_of_it(patients, said, tests):
    found = compare(replace(made_compared(), metadata=Metadata({}, patients)), rounds=20)
    assert said in words.draws_sentence(found)
    assert tests in words.tests_sentence(found)
    assert ("images as independent" in words.tests_sentence(found)) == bool(tests)
    assert (found.measured[0].intervals["auc"] is None) == ("fewer than 3" in said)
    json.dumps(to_dict(found), allow_nan=False)
    assert figure_rows(found) and pair_rows(found) and group_rows(found)

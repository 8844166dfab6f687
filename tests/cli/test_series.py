"""A series on the command line: an answer a slice, all of it along the slices, one line of a table."""

import csv
import json

import numpy as np
import pytest

from medrnn.__main__ import main
from medrnn.config import ASSETS

VOLUME, MODEL = str(ASSETS / "samples" / "ms-flair.nii.gz"), "ms-slices"


def told(capsys, *arguments):
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_predict_prints_an_answer_a_slice_of_which_the_whole_is_the_weighted_mean(capsys):
    found = told(capsys, "predict", VOLUME, "--model", MODEL)
    assert found["frames"] == list(range(39, 51))  # round the middle one of 91, 2 mm apart as the file's
    slices = np.array([[one["none"], one["lesion"]] for one in found["slices"]])
    np.testing.assert_allclose(slices.sum(1), 1)
    logits = np.log(slices[:, 1] / slices[:, 0])
    whole = 1 / (1 + np.exp(-(logits * found["weights"]).sum()))
    assert whole == pytest.approx(found["probabilities"]["lesion"], abs=1e-5)


def test_along_gives_the_surest_block_at_each_slice(capsys):
    found = told(capsys, "predict", VOLUME, "--model", MODEL, "--along")["along"]
    assert len(found["frames"]) == len(found["surest"]) == len(found["mean"]) == 91
    known = [k for k, one in enumerate(found["surest"]) if one]
    assert known == [k for k, one in enumerate(found["mean"]) if one is not None]
    assert all(found["surest"][k]["lesion"] >= found["mean"][k] for k in known)


def test_a_table_has_one_line_a_series(capsys):
    assert main(["predict", VOLUME, "--model", MODEL, "--csv"]) == 0
    (row,) = csv.DictReader(capsys.readouterr().out.splitlines())
    assert (row["file"], row["model"], row["verdict"]) == (VOLUME, MODEL, "within")


def test_a_model_of_images_cannot_go_along(capsys):
    assert main(["predict", VOLUME, "--model", "pneumonia-gru", "--along"]) == 2
    assert "Expected a model that reads a series slice by slice" in capsys.readouterr().err

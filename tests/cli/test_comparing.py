"""``compare``, and ``predict --csv``: in processes of their own, as scripts use them."""

import csv
import io
import re
import shutil
import zipfile

import pytest

from medrnn.config import DISCLAIMER
from medrnn.datasets import load_dataset
from medrnn.models.catalog import find_card
from tests.cli.test_cli import CHEST, FORWARD, SAMPLES, lines, run

SMALL = ["pneumonia-rnn-forward", "pneumonia-gru-forward"]
MODELS = [word for name in SMALL for word in ("--model", name)]


def rows(done):
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_compare_prints_json_and_writes_the_table_and_the_report(tmp_path):
    table, report = tmp_path / "images.csv", tmp_path / "report.html"
    done = run("compare", "--data", "pneumoniamnist", *MODELS, "--csv", table, "--html", report, "--json")
    (told,) = lines(done)
    assert told["n"] == 624 and told["note"] == DISCLAIMER
    for one, name in zip(told["figures"], SMALL, strict=True):
        test = find_card(name).metrics["test"]
        assert one["model"] == name and one["elapsed_ms"] > 0
        assert one["accuracy"] == pytest.approx(test["accuracy"], abs=1e-6)
        assert one["auc"] == pytest.approx(test["auc"], abs=1e-6)
        low, high = one["intervals"]["ap"]
        assert low < one["ap"] < high
    assert told["pairs"][0]["errors"]["p_holm"] >= told["pairs"][0]["errors"]["p"]
    assert told["data_digest"] == load_dataset("pneumoniamnist").digest
    text = table.read_text()
    assert text.startswith(f"# {DISCLAIMER}\n") and len(text.splitlines()) == 624 + 3
    assert DISCLAIMER in report.read_text() and told["command"] in report.read_text()
    again = lines(run(*told["command"].split()[3:], "--json"))[0]
    assert [one["intervals"] for one in again["figures"]] == [one["intervals"] for one in told["figures"]]


def test_compare_says_in_words_what_it_found():
    done = run("compare", "--data", "pneumoniamnist", *MODELS, "--specificity", "0.95", "--class", "normal")
    assert "Sensitivity at 95 % specificity" in done.stdout
    assert re.search(rf"{SMALL[0]} and {SMALL[1]} differ by [+-]0\.\d+ in AUC", done.stdout)
    assert "normal against the rest" in done.stdout and done.stdout.rstrip().endswith(DISCLAIMER)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--model", "chest-renet"], "chest-renet is none: it reads 64 x 64 pixels"),
        (["--class", "tumour"], "expected one of normal, pneumonia"),
        (["--specificity", "90"], "expected a number between 0 and 1"),
        (["--seed", "-1"], "expected 0 or more"),
        (["--model", "resnet"], "Expected a model out of"),
    ],
    ids=["size", "class", "specificity", "seed", "model"],
)
def test_what_cannot_be_compared_is_one_line_and_exit_code_2(more, said):
    done = run("compare", "--data", "pneumoniamnist", *MODELS, *more, code=2)
    assert done.stdout == "" and done.stderr.startswith("error: ") and said in done.stderr
    assert done.stderr.count("\n") == 1


def test_predict_as_a_table_counts_the_images_of_folders_zips_and_series(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    shutil.copy(CHEST, folder / "a.png")
    (folder / "b.png").write_bytes(b"no image")
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as packed:
        packed.write(SAMPLES / "digit-7.png", "inner/seven.png")
    words = ["--model", FORWARD, "--model", "mnist-rnn", "--csv"]
    series = SAMPLES / "mr-series.zip"
    done = run("predict", CHEST, folder, tmp_path / "some.zip", series, *words, code=2)
    found = rows(done)
    assert len(found) == 2 * (1 + 2 + 1 + 20)
    files = list(dict.fromkeys(row["file"] for row in found))
    assert files[:4] == [
        str(CHEST),
        f"{folder}/a.png",
        f"{folder}/b.png",
        f"{tmp_path}/some.zip/inner/seven.png",
    ]
    alone = lines(run("predict", CHEST, "--model", FORWARD, "--json"))[0]
    first = found[0]
    assert (first["verdict"], first["reason"]) == (alone["verdict"], alone["reason"])
    for name, p in alone["probabilities"].items():
        assert float(first[name]) == pytest.approx(p, abs=1e-5)
    assert first["answer"] == max(alone["probabilities"], key=alone["probabilities"].get)
    seven = next(row for row in found if row["file"].endswith("seven.png") and row["model"] == "mnist-rnn")
    assert (seven["answer"], seven["verdict"], seven["normal"]) == ("7", "within", "")
    bad = [row for row in found if row["file"].endswith("b.png")]
    assert all(row["answer"] == "" and row["error"].startswith("Expected a DICOM") for row in bad)
    assert done.stderr.count("error: ") == 1 and "b.png" in done.stderr
    assert [row["frame"] for row in found if row["file"].startswith(str(series))] == [
        str(k) for k in range(20) for _ in range(2)
    ]
    assert {row["note"] for row in found} == {DISCLAIMER}


def test_predict_as_a_table_keeps_frame_crop_and_grey():
    slides = SAMPLES / "mr-series.zip"
    (row,) = rows(run("predict", slides, "--frame", "3", "--model", FORWARD, "--csv"))
    assert row["frame"] == "3"
    colour = SAMPLES / "blood-cells.jpg"
    (refused,) = rows(run("predict", colour, "--model", FORWARD, "--csv", code=2))
    assert "grey" in refused["error"]
    grey = ["--grey", "--model", FORWARD]
    (whole,) = rows(run("predict", colour, *grey, "--csv"))
    (part,) = rows(run("predict", colour, *grey, "--crop", "0", "0", "99", "99", "--csv"))
    assert whole["verdict"] == "other-kind" and whole["pneumonia"] != part["pneumonia"]
    assert "got both" in run("predict", colour, *grey, "--csv", "--json", code=2).stderr
    assert "Expected" in run("predict", "nothing.png", *grey, "--csv", code=2).stderr

"""The command line in processes of its own, as scripts use it, with the shipped models and samples."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "assets" / "samples"
CHEST = SAMPLES / "chest-child-pneumonia-1.png"
FORWARD, BOTH = "pneumonia-lstm-forward", "pneumonia-gru"


def run(*words, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "medrnn", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == code, done.stderr
    return done


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_inspect_prints_one_object_a_line_and_a_bad_file_does_not_stop_the_rest(tmp_path):
    (tmp_path / "bad.dcm").write_text("no image")
    done = run("inspect", CHEST, tmp_path / "bad.dcm", SAMPLES / "ct-small.dcm", "--json", code=2)
    first, bad, ct = lines(done)
    pixels = np.asarray(Image.open(CHEST))
    assert first["stored"] == {"min": pixels.min(), "max": pixels.max(), "mean": pytest.approx(pixels.mean())}
    assert (first["rows"], first["columns"], first["transfer_syntax"]) == (28, 28, None)
    assert set(bad) == {"file", "error"}
    assert ct["values"]["unit"] == "HU"
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("error: ")


def test_an_error_is_one_line_and_exit_code_2(tmp_path):
    for words in (
        ["inspect", tmp_path / "none.dcm"],
        ["predict", CHEST, "--model", "resnet"],
        ["predict", CHEST, "--model", FORWARD, "--frame", "3"],
        ["predict", CHEST, "--model", FORWARD, "--device", "tpu"],
        ["train", "--preset", "nothing", "--out", tmp_path / "x"],
        ["evaluate", "--model", FORWARD, "--data", "mnist"],
        ["explain", CHEST, "--model", FORWARD, "--class", "tuberculosis", "--out", tmp_path / "m.npz"],
        ["paint"],
    ):
        done = run(*words, code=2)
        assert done.stdout == ""
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1, done.stderr


def test_models_lists_the_shipped_ones_with_what_scripts_rely_on():
    found = {record["id"]: record for record in lines(run("models", "--json"))}
    cells = ("rnn", "lstm", "gru")
    assert set(found) >= {
        f"{s}-{c}{e}" for c in cells for s, e in (("mnist", ""), ("pneumonia", ""), ("pneumonia", "-forward"))
    }
    assert set(found[FORWARD]) == {"id", "cell", "reading", "data", "classes", "parameters", "metrics"}


def test_predict_gives_the_answer_and_the_answer_to_every_prefix():
    records = lines(run("predict", CHEST, "--model", FORWARD, "--model", BOTH, "--json"))
    assert [r["model"] for r in records] == [FORWARD, BOTH]
    for record in records:
        assert len(record["steps"]) == 28
        assert sum(record["probabilities"].values()) == pytest.approx(1, abs=1e-6)
        for name, p in record["probabilities"].items():
            assert record["steps"][-1][name] == pytest.approx(p, abs=1e-5)


def test_predict_on_an_image_equals_evaluate_on_its_array(tmp_path):
    """The cross-entropy of one image that is the whole test split is -ln p of its class."""
    pixels = np.asarray(Image.open(CHEST))
    for label in (0, 1):
        one = {f"{s}_images": pixels[None] for s in ("train", "val", "test")}
        one |= {f"{s}_labels": np.array([[label]], np.uint8) for s in ("train", "val", "test")}
        np.savez(tmp_path / "one.npz", **one)
        (record,) = lines(run("predict", CHEST, "--model", BOTH, "--json"))
        found = json.loads(run("evaluate", "--model", BOTH, "--data", tmp_path / "one.npz", "--json").stdout)
        p = list(record["probabilities"].values())[label]
        assert np.exp(-found["loss"]) == pytest.approx(p, abs=1e-5)
        assert found["n"] == 1


def test_evaluate_prints_the_figures_of_the_card():
    card = json.loads((ROOT / "assets" / "models" / FORWARD / "card.json").read_text())["metrics"]["test"]
    found = json.loads(run("evaluate", "--model", FORWARD, "--data", "pneumoniamnist", "--json").stdout)
    for name in ("n", "accuracy", "auc", "loss"):
        assert found[name] == pytest.approx(card[name], abs=2e-3)
    assert found["intervals"]["auc"][0] < found["auc"] < found["intervals"]["auc"][1]


def test_trace_writes_every_gate_and_says_its_error(tmp_path):
    out = tmp_path / "t.npz"
    run("trace", CHEST, "--model", BOTH, "--out", out)
    with np.load(out) as arrays:
        assert {n for n in arrays if n.startswith("layer1/")} == {
            f"layer1/{d}/{s}" for d in ("forward", "backward") for s in "hzrn"
        }
        assert arrays["layer0/backward/h"].shape == (28, 128)
        np.testing.assert_allclose(arrays["input"], np.asarray(Image.open(CHEST)) / 255, atol=1e-6)
        np.testing.assert_allclose(arrays["boxes"][4], [0, 4, 28, 1])
        assert arrays["error"] < 1e-5


def test_explain_writes_a_map_in_the_models_grid(tmp_path):
    out = tmp_path / "m.npz"
    for method in ("saliency", "integrated-gradients", "row-occlusion"):
        done = run(
            "explain",
            CHEST,
            "--model",
            FORWARD,
            "--method",
            method,
            "--class",
            "pneumonia",
            "--out",
            out,
            "--json",
        )
        record = json.loads(done.stdout)
        with np.load(out) as arrays:
            assert arrays["values"].shape == (28, 28)
            assert str(arrays["method"]) == method
            assert str(arrays["class"]) == "pneumonia"
            error = record["completeness_error"]
            assert (
                np.isnan(arrays["completeness_error"])
                if error is None
                else arrays["completeness_error"] == pytest.approx(error)
            )


def test_colour_is_refused_with_a_cure_that_works():
    assert "--grey" in run("predict", SAMPLES / "us-colour.dcm", "--model", FORWARD, code=2).stderr
    (record,) = lines(run("predict", SAMPLES / "us-colour.dcm", "--model", FORWARD, "--grey", "--json"))
    assert any("grey" in warning for warning in record["warnings"])


def test_train_prints_the_folder_and_the_result_last(tmp_path):
    config = {
        "data": "pneumoniamnist",
        "epochs": 1,
        "limit": 256,
        "model": {"cell": "rnn", "layers": 1, "width": 8},
    }
    (tmp_path / "c.json").write_text(json.dumps(config))
    done = run("train", "--config", tmp_path / "c.json", "--out", tmp_path / "made", "--seed", "3")
    folder, result = done.stdout.splitlines()
    assert folder == str(tmp_path / "made")
    assert json.loads(result)["seed"] == 3
    assert "epoch" in done.stderr
    found = json.loads(
        run("evaluate", "--model", tmp_path / "made", "--data", "pneumoniamnist", "--json").stdout
    )
    assert found["accuracy"] == json.loads(result)["metrics"]["test"]["accuracy"]


def test_train_takes_another_cell_and_says_how_to_get_it_again(tmp_path):
    config = {"data": "pneumoniamnist", "epochs": 1, "limit": 64, "model": {"layers": 1, "width": 4}}
    (tmp_path / "c.json").write_text(json.dumps(config))
    words = (
        "--config",
        tmp_path / "c.json",
        "--cell",
        "peephole",
        "--threads",
        "1",
        "--out",
        tmp_path / "made",
    )
    run("train", *words)
    card = json.loads((tmp_path / "made" / "card.json").read_text())
    assert card["config"]["model"]["cell"] == "peephole"
    again = "python -m medrnn train --config runs/made/config.json --threads 1 --out runs/made"
    assert card["command"] == again
    assert json.loads((tmp_path / "made" / "config.json").read_text())["model"]["cell"] == "peephole"


def test_train_lists_its_presets():
    assert "pneumonia-lstm-forward" in json.loads(run("train", "--list", "--json").stdout)


def test_bench_novelty_measures_false_alarms_and_catches():
    rows = {(r["data"], r["input"]): r for r in json.loads(run("bench", "novelty", "--json").stdout)["rows"]}
    assert rows["pneumoniamnist", "test images (false alarms)"]["n"] == 624
    assert rows["pneumoniamnist", "white noise"]["share"] == 1
    for data in ("pneumoniamnist", "chest64"):  # also at 64 px
        assert rows[data, "test images (false alarms)"]["share"] < 0.01
        assert (
            rows[data, "mirrored test images"]["share"]
            < 0.05
            < 0.9
            < rows[data, "test images upside down"]["share"]
        )
        caught = (
            "inverted test images",
            "CT slices",
            "MR slices",
            "blood cells",
            "digits",
            "breast ultrasound",
        )
        assert all(rows[data, kind]["share"] > 0.95 for kind in caught)
        assert rows[data, "adults' chest films from elsewhere"]["n"] == 1  # all that the project carries
    assert (
        rows["blood64", "white noise"]["share"]
        < 0.05
        < rows["blood64", "inverted test images"]["share"]
        < 0.6
    )
    assert ("blood64", "blood cells") not in rows and ("chest64", "chest films") not in rows
    assert ("blood64", "adults' chest films from elsewhere") not in rows


def test_doctor_says_what_runs_here():
    found = json.loads(run("doctor", "--json").stdout)
    assert found["versions"]["torch"].startswith("2.13.0")
    assert "cpu" in found["devices"]
    assert isinstance(found["missing"], list)


def test_bench_decoders_finds_no_difference_from_dcmtk_and_gdcm():
    found = json.loads(run("bench", "decoders", "--json").stdout)
    assert sum(row["files"] for row in found["rows"]) > 60
    if shutil.which("dcmdump"):
        compared = [row for row in found["rows"] if row["compared"]]
        assert len({row["transfer_syntax"] for row in compared}) >= (10 if shutil.which("gdcmconv") else 8)
        # one file says signed where its codestream is not: GDCM wraps round at 13 bits, -2000 is right
        odd = [row for row in compared if row["largest_difference"]]
        assert all(
            (row["bits"], row["against"], row["largest_difference"]) == (13, "GDCM", 8192) for row in odd
        )


def test_inspect_stacks_the_series_in_a_folder_and_in_a_zip(tmp_path):
    from medrnn.bench.made import make_body, make_slice

    folder = tmp_path / "series"
    folder.mkdir()
    for k in range(3):
        (folder / f"IM{k}").write_bytes(make_slice(make_body(32, seed=k), 3 - k, -2.5 * k))
    path = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", folder))
    for record in lines(run("inspect", folder, path, "--json")):
        assert (record["frames"], record["rows"], record["values"]["unit"]) == (3, 32, "HU")
        assert record["applied"][0] == "3 files sorted by position along the normal"
    (folder / "note.txt").write_text("no image")
    done = run("inspect", folder, "--json", code=2)
    good, bad = lines(done)
    assert good["frames"] == 3 and set(bad) == {"file", "error"}
    assert run("predict", path, "--model", FORWARD, "--frame", "1", "--json").stdout


def test_deidentify_writes_a_file_for_a_file_and_a_folder_for_a_zip(tmp_path):
    source, out = SAMPLES / "ct-small.dcm", tmp_path / "out.dcm"
    assert json.loads(run("deidentify", source, out, "--json").stdout)["files"] == 1
    before, after = (lines(run("inspect", file, "--json"))[0] for file in (source, out))
    assert before["values"] == after["values"] and before["spacing_mm"] == after["spacing_mm"]
    assert b"1CT1" in source.read_bytes() and b"1CT1" not in out.read_bytes()  # the patient's id
    folder = tmp_path / "folder"
    run("deidentify", SAMPLES / "mr-series.zip", folder)
    assert len(list(folder.glob("*.dcm"))) == 20
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest["files"]) == {f.name for f in folder.glob("*.dcm")}
    assert lines(run("inspect", folder, "--json", code=2))[0]["frames"] == 20  # the manifest is no image
    assert "new or empty folder" in run("deidentify", SAMPLES / "mr-series.zip", folder, code=2).stderr
    assert "got PNG" in run("deidentify", CHEST, tmp_path / "x", code=2).stderr


def test_the_layers_of_a_network_add_up_to_its_parameters():
    card = json.loads((ROOT / "assets" / "models" / FORWARD / "card.json").read_text())
    found = lines(run("models", "--network", FORWARD, "--json"))
    assert sum(layer["parameters"] for layer in found) == card["parameters"]
    assert [layer["part"] for layer in found] == ["image", "core", "core", "readout", "head"]
    assert f"head         head               2 classes{'':>8}" in run("models", "--network", FORWARD).stdout

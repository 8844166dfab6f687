"""``data list`` and ``data get`` as scripts use them; nothing here leaves the machine."""

import hashlib
import json

import numpy as np

from medrnn.datasets.download import PUBLISHED
from tests.cli.test_cli import lines, run
from tests.datasets.test_datasets import arrays
from tests.datasets.test_layouts import picture


def test_the_list_names_what_is_shipped_and_what_can_be_fetched(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDRNN_DATA", str(tmp_path))
    (tmp_path / "pneumoniamnist_64.npz").touch()
    (found,) = lines(run("data", "list", "--json"))
    assert {"chest64", "blood64", "mnist"} <= {one["name"] for one in found["shipped"]}
    here = {one["size"]: one["file"] for one in found["published"]}
    assert here == {28: None, 64: str(tmp_path / "pneumoniamnist_64.npz"), 128: None, 224: None}


def test_a_file_that_is_another_is_one_line_on_stderr(tmp_path):
    (tmp_path / "pneumoniamnist_128.npz").write_bytes(b"another")
    done = run("data", "get", "pneumoniamnist", "--size", 128, "--out", tmp_path, code=2)
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1
    md5 = hashlib.md5(b"another", usedforsecurity=False).hexdigest()
    assert f"its MD5 is {md5}, the publisher's is {PUBLISHED['pneumoniamnist'][128].md5}" in done.stderr


def test_what_is_printed_once_it_is_here(tmp_path, capsys, monkeypatch):
    from dataclasses import replace

    from medrnn.__main__ import main
    from medrnn.datasets import download

    one = replace(
        PUBLISHED["pneumoniamnist"][64], md5=hashlib.md5(b"whole", usedforsecurity=False).hexdigest()
    )
    monkeypatch.setitem(download.PUBLISHED["pneumoniamnist"], 64, one)
    (tmp_path / one.file).write_bytes(b"whole")
    monkeypatch.chdir(tmp_path)
    assert main(["data", "get", "pneumoniamnist", "--size", "64", "--out", ".", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "file": "pneumoniamnist_64.npz",
        "bytes": 5,
        "md5": one.md5,
        "licence": "CC BY 4.0",
        "train": "python -m medrnn train --preset pneumonia-lstm --data pneumoniamnist_64.npz "
        "--out runs/pneumoniamnist-64",
    }


def test_check_says_what_was_left_out_and_takes_the_choices(tmp_path):
    for name in ("ill", "well"):
        place = tmp_path / "own" / name
        place.mkdir(parents=True)
        for k in range(16):
            (place / f"{name}{k // 2}_{k}.png").write_bytes(picture(16 * (name == "ill") + k))
    (tmp_path / "own" / "notes.txt").write_text("x")
    said = run("data", "check", tmp_path / "own").stdout
    assert (
        "Left out: 1 file that is no image." in said and "Dealt out here, within each class, seed 0" in said
    )
    out = tmp_path / "own.npz"
    (found,) = lines(
        run("data", "check", tmp_path / "own", "--patients", "name", "--seed", 1, "--out", out, "--json")
    )
    assert found["findings"]["is_by_patient"] and found["findings"]["left_out"] == {"no-image": 1}
    assert sum(found["patients"].values()) == 16 and found["shared_patients"] == []
    (again,) = lines(run("data", "check", out, "--json"))
    assert (again["counts"], again["patients"]) == (found["counts"], found["patients"])


def test_given_splits_in_which_a_patient_stands_twice_are_a_leak(tmp_path, rng):
    made = arrays(rng, count=8)
    made |= {f"{split}_patient": np.arange(8) + 6 * k for k, split in enumerate(("train", "val", "test"))}
    np.savez(tmp_path / "own.npz", **made)
    said = run("data", "check", tmp_path / "own.npz").stdout
    assert "Leak: 2 patients stand in train and val, with 2 images there." in said


def test_a_choice_that_is_missing_or_wrong_is_one_line(tmp_path, rng):
    np.savez(tmp_path / "own.npz", **arrays(rng, shape=(5, 28, 28)))
    for words, match in ((), "Choose what of each is learnt"), (("--cut", "top"), "invalid choice"):
        done = run("data", "check", tmp_path / "own.npz", *words, code=2)
        assert match in done.stderr and done.stdout == ""
    assert run("data", "check", tmp_path / "own.npz", "--cut", "mean").stdout.startswith(
        "train: 6 images, 28 x 28"
    )


def test_a_planted_set_is_made_by_its_seed(tmp_path):
    out = tmp_path / "planted.npz"
    (found,) = lines(run("data", "plant", "--seed", 5, "--out", out, "--json"))
    assert found["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest() and found["of_structures"][2] <= 1
    assert sum(sum(one.values()) for one in found["counts"].values()) == 1189 + 131 + 167
    with np.load(out) as arrays_there:
        assert arrays_there["test_masks"].shape == arrays_there["test_images"].shape == (167, 64, 64)
    assert (
        "contrast: expected"
        in run("data", "plant", "--seed", 5, "--out", out, "--contrast", 1, 2, code=2).stderr
    )

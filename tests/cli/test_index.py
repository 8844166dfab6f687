"""The index command in a process of its own, on a shipped model and data set."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from medrnn.datasets import DATASETS, load_dataset
from medrnn.explanation.index.states import load_index
from medrnn.explanation.tracing.trace import trace
from medrnn.models.catalog import find_card, load_model

ROOT = Path(__file__).resolve().parents[2]
MODEL = "pneumonia-lstm-forward"


def run(*words):
    return subprocess.run(
        [sys.executable, "-m", "medrnn", "index", *words],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_index_writes_the_states_of_an_even_sample(runs):
    done = run("--model", MODEL, "--limit", "64", "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert set(record) == {"out", "images", "steps", "units", "megabytes", "elapsed_s"}
    assert (record["images"], record["steps"], record["units"]) == (64, 28, 256)
    assert Path(record["out"]).parent == runs / ".index"
    assert abs(record["megabytes"] - Path(record["out"]).stat().st_size / 1e6) < 1e-3
    assert "images: 64 of 64" in done.stderr
    found, data = load_index(find_card(MODEL), "pneumoniamnist"), load_dataset("pneumoniamnist")
    assert found.is_test.sum() == 32
    model = load_model(MODEL)
    for k in (0, 31, 32, 63):
        split = data.test if found.is_test[k] else data.val
        image = split.images[found.rows[k]]
        np.testing.assert_array_equal(found.grids[k], image)
        assert found.labels[k] == split.labels[found.rows[k]]
        whole = trace(model, image.astype(np.float32) / 255)
        for layer in (0, 1):
            np.testing.assert_allclose(found.part(layer)[k], whole.part(layer)["h"], atol=3e-4)


def test_a_wrong_limit_or_data_set_is_one_line_and_exit_code_2(runs):
    for words, message in (
        (["--limit", "0"], "error: limit: expected at least 1 image, got 0."),
        (["--data", "cifar"], f"error: Expected one of {', '.join(DATASETS)}, an .npz file"),
    ):
        done = run("--model", MODEL, *words)
        assert done.returncode == 2 and done.stdout == ""
        assert done.stderr.startswith(message) and done.stderr.count("\n") == 1
    assert not runs.exists()

"""``python -m medrnn memory`` in a process of its own."""

import json

import numpy as np
import pytest

import medrnn
from medrnn.imaging.samples import read_sample
from tests.cli.test_cli import run
from tests.conftest import SAMPLES

CHEST = SAMPLES / "chest-child-pneumonia-1.png"


@pytest.mark.parametrize(
    "model, forget", [("pneumonia-lstm-forward", "f"), ("pneumonia-gru", "z"), ("pneumonia-rnn-forward", "")]
)
def test_it_prints_the_memory_in_numbers(model, forget):
    record = json.loads(run("memory", CHEST, "--model", model, "--json").stdout)
    trace = medrnn.trace(medrnn.load(model), medrnn.read(read_sample(CHEST.stem), model).sequence)
    assert len(record["parts"]) == trace.layers * len(trace.directions)
    assert (
        record["answer"] == "pneumonia" and len(record["entropy_bits"]) == len(record["step_gradients"]) == 28
    )
    for told in record["parts"]:
        part = trace.part(told["layer"], told["direction"])
        last = 0 if told["direction"] == "backward" else -1
        assert told["horizon"][last] == 1 and len(told["horizon"]) == 28
        assert (told["horizon_cell"] is None) == ("C" not in part)
        if not forget:
            assert told["half_life_steps"] is None and not told["saturation"]
            continue
        kept = part["f"] if forget == "f" else 1 - part["z"]
        expected = -np.log(2) / np.log(kept.astype(float)).mean(0)
        np.testing.assert_allclose(told["half_life_steps"], expected, rtol=1e-5)
        assert told["saturation"][forget]["above_0.9"] == pytest.approx((part[forget] > 0.9).mean())


def test_the_settled_step_is_the_first_of_the_last_answer():
    record = json.loads(run("memory", CHEST, "--model", "pneumonia-lstm-forward", "--json").stdout)
    done = run("predict", CHEST, "--model", "pneumonia-lstm-forward", "--json")
    answers = [max(step, key=step.get) for step in json.loads(done.stdout)["steps"]]
    settled = record["settled_step"]
    assert set(answers[settled:]) == {answers[-1]} and answers[settled - 1] != answers[-1]
    assert record["stability"] == pytest.approx(answers.count(answers[-1]) / 28)


def test_what_is_wrong_is_one_line():
    done = run("memory", "nothing.png", "--model", "pneumonia-gru", code=2)
    assert done.stderr.startswith("error:") and done.stderr.count("\n") == 1

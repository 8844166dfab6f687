"""A seed or a count that cannot be is said in one sentence, by every command that draws."""

import pytest

from medrnn.__main__ import main
from tests.conftest import SAMPLES

CHEST, MODEL = str(SAMPLES / "chest-child-pneumonia-1.png"), ("--model", "pneumonia-rnn-forward")


@pytest.mark.parametrize("seed", ["-1", "99999999999999999999"])
@pytest.mark.parametrize("method", ["resampled-occlusion", "saliency"])
def test_a_seed_that_does_not_fit_is_refused(capsys, tmp_path, method, seed):
    out = str(tmp_path / "m.npz")
    assert main(["explain", CHEST, *MODEL, "--method", method, "--out", out, f"--seed={seed}"]) != 0
    assert "seed: expected 0 to" in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    "wrong", [("--seed=-1", "seed: expected 0 to"), ("--examples=1", "at least 8, got 1")]
)
def test_concepts_say_what_they_ask(capsys, wrong):
    assert main(["concepts", *MODEL, wrong[0]]) != 0
    assert wrong[1] in "".join(capsys.readouterr())

"""Maps of gated relevance and contextual decomposition as they are asked for: at a step, in colour, in any order."""

import numpy as np
import pytest
import torch

from medrnn.explanation.attribution.explain import explain
from medrnn.explanation.attribution.methods import methods_for
from medrnn.explanation.decomposition import decompose_logits
from medrnn.sequences import lines
from tests.explanation.networks import RECURRENT, build


@pytest.mark.parametrize("readout", ["mean+max", "attention"])
@pytest.mark.parametrize("kind", RECURRENT)
def test_relevance_of_the_answer_at_a_step_sums_to_it(kind, readout):
    model, x = build(kind, "gru", readout=readout)
    found = explain(model, x, method="gated-relevance", target=2, reading=model.reading, step=1)
    with torch.no_grad():
        logit = float(model.prefix_logits(x[None])[0, 1, 2])
    assert found.values.shape == (8, 12) and found.step == 1
    assert float(found.values.sum(dtype=np.float64)) == pytest.approx(logit, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("both", [False, True], ids=["forward", "both"])
def test_contextual_decomposition_of_the_answer_at_a_step(both):
    model, x = build("stack", "lstm", both, layers=2)
    found = explain(model, x, method="contextual-decomposition", target=0, reading=model.reading, step=4)
    steps = lines(found.values, model.reading)
    expected = decompose_logits(model, x[:5], torch.eye(5)).beta[:, 0]
    np.testing.assert_allclose(steps[:5, 0], expected, rtol=1e-5)
    assert not steps[5:].any()


def test_the_methods_that_fit_name_both_for_a_row_reader():
    fit = methods_for(build("stack")[0])
    assert {"gated-relevance", "contextual-decomposition"} <= set(fit)
    fit = methods_for(build("sweeps")[0])
    assert "gated-relevance" in fit and "contextual-decomposition" not in fit

"""CUDA against the CPU: answers, states and maps. Run wherever there is a GPU: ``pytest -m gpu``."""

import numpy as np
import pytest
import torch

from medrnn.config import CELLS, ModelConfig
from medrnn.explanation.attribution.explain import explain
from medrnn.explanation.attribution.methods import METHODS
from medrnn.explanation.tracing.trace import trace
from medrnn.models.classifier import RecurrentClassifier
from medrnn.models.devices import exact_float32

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no GPU here"),
]


@pytest.fixture(params=[(cell, both) for cell in CELLS for both in (False, True)])
def model(request):
    cell, both = request.param
    config = ModelConfig(cell=cell, layers=3, width=128, is_bidirectional=both, readout="mean+max")
    return RecurrentClassifier(config).eval()


def test_the_answers_agree(model):
    x = torch.rand(16, 28, 28)
    with torch.inference_mode(), exact_float32():
        on_cpu, on_gpu = model(x), model.cuda()(x.cuda()).cpu()
    torch.testing.assert_close(on_gpu, on_cpu, rtol=1e-4, atol=1e-5)


def test_every_state_agrees(model):
    x = torch.rand(28, 28)
    on_cpu, on_gpu = trace(model, x), trace(model.cuda(), x)
    for name, values in on_cpu.arrays.items():
        np.testing.assert_allclose(on_gpu.arrays[name], values, rtol=1e-4, atol=1e-5, err_msg=name)
    assert on_gpu.error < 1e-4


@pytest.mark.parametrize("method", METHODS)
def test_maps_agree_in_evaluation_mode(model, method):
    if METHODS[method].refuses(model):
        pytest.skip("not right for this network")
    x, others = torch.rand(28, 28), torch.rand(4, 28, 28)
    on_cpu = explain(model, x, method=method, target=1, others=others).values
    on_gpu = explain(model.cuda(), x, method=method, target=1, others=others).values
    np.testing.assert_allclose(on_gpu, on_cpu, rtol=1e-3, atol=1e-5 + 1e-3 * np.abs(on_cpu).max())
    assert torch.backends.cudnn.enabled


def test_a_shipped_model_answers_the_same(model):
    import medrnn
    from medrnn.imaging.samples import read_sample

    study = read_sample("chest-child-pneumonia-1")
    answers = [
        medrnn.predict("pneumonia-gru", study, device=device).probabilities for device in ("cpu", "cuda")
    ]
    np.testing.assert_allclose(answers[0], answers[1], atol=1e-5)

"""What a notebook uses: the same functions as the pages."""

import numpy as np
import pytest

import medrnn
from medrnn.config import ModelConfig, TrainConfig
from medrnn.errors import CatalogError, ImageError
from tests.conftest import SAMPLES

CHEST = SAMPLES / "chest-child-pneumonia-1.png"
ID = "pneumonia-gru-forward"


def test_open_load_read_predict_trace_explain_go_together():
    study, model = medrnn.open(CHEST), medrnn.load(ID)
    x = medrnn.read(study, ID).sequence
    found, trace = medrnn.predict(ID, study), medrnn.trace(model, x)
    answer = found.steps[-1]
    np.testing.assert_allclose(answer, found.probabilities, atol=1e-6)
    last = trace.part(1)["h"][-1]
    logits = last @ model.head.weight.numpy().T + model.head.bias.numpy()
    np.testing.assert_allclose(np.exp(logits) / np.exp(logits).sum(), found.probabilities, atol=1e-5)
    attribution = medrnn.explain(model, x, method="integrated-gradients")
    assert attribution.target == str(found.answer)
    assert attribution.completeness_error < 0.01


def test_a_loaded_model_is_in_evaluation_mode_and_torchs_own_inside():
    import torch

    model = medrnn.load(ID)
    assert type(model.rnn) is torch.nn.GRU
    assert not any(part.training for part in model.modules())


def test_train_makes_a_model_that_loads(runs):
    config = TrainConfig(epochs=1, limit=128, model=ModelConfig(cell="rnn", layers=1, width=8))
    events = list(medrnn.train(config))
    assert events[-1].kind == "finished"
    (folder,) = [f for f in runs.iterdir() if f.is_dir()]
    assert medrnn.load(folder.name).rnn.hidden_size == 8


def test_what_is_not_there_is_one_of_our_errors(tmp_path):
    with pytest.raises(CatalogError, match="got 'resnet'"):
        medrnn.load("resnet")
    (tmp_path / "a.dcm").write_bytes(b"")
    with pytest.raises(ImageError, match="empty"):
        medrnn.open(tmp_path / "a.dcm")

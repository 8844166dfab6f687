"""What runs before the recurrent core, step by step: many tiles a few at a time give what all at once give."""

import pytest
import torch

from medrnn.config import ModelConfig
from medrnn.config.reading import read_slices
from medrnn.models.encoders import TOGETHER
from medrnn.models.networks import build_untrained

SLICES, SIDE = 40, 64


@pytest.mark.parametrize("encoder", ["steps", "stems"])
def test_a_long_series_is_encoded_as_each_of_its_slices_alone(encoder):
    reading = read_slices(SLICES, SIDE)
    stem = {"stem": (3,), "strides": (2,)} if encoder == "stems" else {"encoded": 3}
    config = ModelConfig(features=reading.features, width=4, encoder=encoder, readout="mean+max", **stem)
    model = build_untrained(config, reading, 0)
    assert SLICES * SIDE * SIDE > TOGETHER  # so more than one part
    x = torch.rand(1, SLICES, SIDE * SIDE, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        found = model.encoder(x)
        for step in range(SLICES):
            torch.testing.assert_close(found[:, step], model.encoder(x[:, step : step + 1])[:, 0])
    torch.testing.assert_close(found, model.encoder(x).detach())  # with gradients all at once


def test_in_training_the_statistics_are_those_of_all_slices():
    reading = read_slices(SLICES, SIDE)
    config = ModelConfig(
        features=reading.features, width=4, encoder="stems", stem=(3,), strides=(1,), readout="mean+max"
    )
    model = build_untrained(config, reading, 0).train()
    x = torch.rand(1, SLICES, SIDE * SIDE, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        model.encoder(x)
    layers = model.encoder.layers
    assert int(layers[1].num_batches_tracked) == 1
    mean = layers[0](x.reshape(SLICES, 1, SIDE, SIDE)).mean((0, 2, 3))
    torch.testing.assert_close(layers[1].running_mean, layers[1].momentum * mean)

"""What is asked of a device comes back as it was, and its failures are one sentence."""

import pytest
import torch

from medrnn.errors import DeviceError
from medrnn.models.devices import evaluating, exact_float32, find_device, memory_guard


def test_a_device_that_is_not_there_lists_those_that_are():
    with pytest.raises(DeviceError, match=r"Expected one of cpu.*got 'cuda:9'"):
        find_device("cuda:9")


def test_running_out_of_memory_names_the_cure():
    with pytest.raises(DeviceError, match="Run on the CPU"), memory_guard():
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")


def test_precision_comes_back_even_after_an_error():
    before = torch.backends.cudnn.rnn.fp32_precision
    with pytest.raises(ZeroDivisionError), exact_float32():
        assert torch.backends.cudnn.rnn.fp32_precision == "ieee"
        _ = 1 / 0
    assert torch.backends.cudnn.rnn.fp32_precision == before


def test_each_part_gets_its_own_training_flag_back():
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Dropout())
    model[0].eval()
    with evaluating(model):
        assert not any(part.training for part in model.modules())
    assert [part.training for part in model.modules()] == [True, False, True]

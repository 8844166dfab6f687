"""What all tests share: fixed seeds, an own folder for runs, samples by name."""

import os
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # also in processes of tests: threads of many wait for each other

os.environ.setdefault("MEDRNN_WARM", "0")  # no warm process a worker of the tests but where it is tested

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "assets" / "samples"


def pytest_make_parametrize_id(val, argname):
    """Bytes are called by their argument: a gzip holds the time, and processes side by side must agree on names."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def _seeded():
    import torch

    torch.manual_seed(0)
    np.random.seed(0)


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    """Training runs of a test stay in its own folder."""
    folder = tmp_path / "runs"
    monkeypatch.setenv("MEDRNN_RUNS", str(folder))
    return folder


@pytest.fixture
def rng():
    return np.random.default_rng(0)

"""Records of arrays say one line of themselves."""

from dataclasses import dataclass, field

import numpy as np
import pytest
import torch

import medrnn
from medrnn.brief import Brief
from medrnn.explanation.memory.horizon import horizon
from medrnn.explanation.tracing.trace import trace_batch
from tests.conftest import SAMPLES

ID = "pneumonia-gru-forward"


@dataclass(frozen=True, eq=False, repr=False)
class Record(Brief):
    values: np.ndarray
    tensor: torch.Tensor
    one: np.float32
    by_name: dict[str, np.ndarray]
    many: tuple[str, ...]
    few: tuple[int, ...]
    text: str
    number: float
    nothing: None = None
    hidden: bytes = field(default=b"", repr=False)


def test_every_kind_of_value_is_told_in_a_few_letters():
    record = Record(
        np.zeros((3, 4), np.float32),
        torch.zeros(2, dtype=torch.int64),
        np.float32(0.5),
        {"a": np.zeros(9)},
        ("a long name of a class",) * 9,
        (1, 2),
        "x" * 100,
        1 / 3,
    )
    assert repr(record) == (
        "Record(values=(3, 4) float32, tensor=(2,) int64, one=0.5, by_name=1 by name, many=9 values, few=(1, 2), "
        f"text='{'x' * 39}..., number=0.333333, nothing=None)"
    )


@pytest.fixture(scope="module")
def made():
    study = medrnn.open(SAMPLES / "chest-child-pneumonia-1.png")
    reading, model = medrnn.read(study, ID), medrnn.load(ID)
    trace = medrnn.trace(model, reading.sequence)
    return [
        study,
        reading,
        medrnn.predict(ID, study),
        trace,
        medrnn.explain(model, reading.sequence),
        trace_batch(model, reading.sequence[None]),
        horizon(model, trace, 0),
    ]


def test_what_a_notebook_shows_is_one_short_line(made):
    for record in made:
        said = repr(record)
        assert said.startswith(f"{type(record).__name__}(")
        assert "\n" not in said and "array(" not in said and "tensor(" not in said
        assert len(said) < 800, said

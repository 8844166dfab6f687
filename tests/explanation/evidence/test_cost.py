"""What evidence takes: the passes that were counted are those that are made."""

import pytest
import torch
from torch import nn

from medrnn.explanation.evidence import cost as costs
from medrnn.explanation.evidence.collect import gather
from medrnn.explanation.evidence.cost import Cost, Speed, cost_of, measure, seconds
from medrnn.explanation.evidence.impute import Imputer

X = torch.rand(6, 7, generator=torch.Generator().manual_seed(0))
PASSED = {"there": 0.0}  # whole copies of a module count here too


class Counting(nn.Module):
    """Counts the images that go through it: where gradients flow, there and back counts as three."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(7, 4, batch_first=True)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        PASSED["there"] += len(x) * (3 if x.requires_grad and torch.is_grad_enabled() else 1)
        return self.head(self.rnn(x)[0][:, -1])


@pytest.mark.parametrize("method", ["saliency", "feature-ablation", "lime", "smoothgrad", "row-occlusion"])
def test_the_passes_that_are_counted_are_those_that_are_made(method, monkeypatch):
    torch.manual_seed(0)
    module, filled = Counting().eval(), []
    fill = Imputer.fill
    monkeypatch.setattr(Imputer, "fill", lambda *given: filled.append(1) or fill(*given))
    from medrnn.explanation.attribution.explain import explain

    made = explain(module, X, method=method, target=0).values
    PASSED["there"] = 0
    gather(module, X, method=method, target=0, values=made, others=[Counting().eval()])
    found = cost_of(module, X, method=method, others=1)
    assert found.fills == len(filled)
    # beside maps and curves every map asks for the answer, and whether images of a batch see each other
    assert found.passes <= PASSED["there"] <= 1.35 * found.passes + 300


def test_others_steps_and_randomness_cost_their_maps():
    module = Counting().eval()
    base = cost_of(module, X, method="saliency").passes
    assert cost_of(module, X, method="saliency", others=2).passes == base + 2 * 3
    assert cost_of(module, X, method="saliency", is_recurrent=False).passes == base - 6 * 3


def test_seconds_are_passes_fills_and_maps_by_their_times():
    assert seconds(Cost(10, 90, 100, 20), Speed(0.002, 0.1)) == pytest.approx(4.0)
    assert seconds(Cost(10, 3, 100, 20), Speed(0.002, 0.1, 0.05)) == pytest.approx(0.5 + 0.2 + 2)


def test_a_pass_is_measured_in_a_batch_and_the_module_given_back(monkeypatch):
    """Each work again and again until its time is spent; the mean counts."""
    ticks = iter([0.0, 0.064, 0.128, 10.0, 13.0, 20.0, 20.01, 20.16])
    monkeypatch.setattr(costs.time, "perf_counter", lambda: next(ticks))
    module = Counting().train()
    found = measure(module, X, method="saliency")
    assert found == Speed(pytest.approx(0.002), pytest.approx(3.0), pytest.approx(0.08))
    assert module.training


def test_a_map_that_takes_long_is_not_made_to_be_measured():
    module = Counting().eval()
    assert measure(module, X, method="lime").a_map is None
    assert measure(module, X, method="resampled-occlusion").a_map is None  # draws other images
    assert measure(module, X, method="saliency").a_map > 0

"""What no map can be made of is said in a sentence; what is small or of another kind works."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from medrnn.config import ReadingConfig
from medrnn.errors import ConfigError
from medrnn.explanation.attribution.asking import check_seed
from medrnn.explanation.attribution.explain import explain
from medrnn.explanation.attribution.methods import methods_for
from medrnn.explanation.evidence.collect import gather
from medrnn.explanation.evidence.record import to_dict


class Net(nn.Module):
    """A small module of somebody's own."""

    def __init__(self, features=5, batch_first=True):
        super().__init__()
        self.rnn, self.head = nn.LSTM(features, 4, batch_first=batch_first), nn.Linear(4, 3)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1])


class Frozen(Net):
    """No gradient flows."""

    def forward(self, x):
        with torch.no_grad():
            return super().forward(x)


class Writing(Net):
    """It writes to its input."""

    def forward(self, x):
        x[:, 0] = 0
        return super().forward(x)


BOTH = pytest.mark.parametrize("call", [explain, gather], ids=["explain", "gather"])
X = np.random.default_rng(0).random((6, 5), np.float32)
HOLE = np.where(np.eye(6, 5) > 0, np.nan, X)
WRONG = {
    "nan": ({"sequence": HOLE}, "sequence: expected finite numbers"),
    "inf": ({"sequence": np.where(X > 0.5, np.inf, X)}, "sequence: expected finite"),
    "complex": ({"sequence": X + 1j}, "sequence: expected real numbers"),
    "list": ({"sequence": X.tolist()}, "sequence: expected an array or a tensor, got list"),
    "batch": ({"sequence": X[None]}, "got 3 axes"),
    "empty": ({"sequence": X[:0]}, "at least one step"),
    "features": ({"sequence": X[:, :3]}, "module: expected it to answer inputs of 1 x 6 x 3"),
    "reading": ({"reading": ReadingConfig(size=(8, 8))}, "sequence: expected 8 x 8"),
    "base-nan": ({"baseline": HOLE}, "baseline: expected finite"),
    "base-list": ({"baseline": X.tolist()}, "baseline: expected an array"),
    "base-none": ({"baseline": None}, "baseline: expected an array"),
    "function": ({"module": lambda x: x}, "module: expected a torch.nn.Module, got a function"),
    "lstm": ({"module": nn.LSTM(5, 4, batch_first=True)}, "as nn.LSTM does"),
    "batch-second": ({"module": Net(batch_first=False)}, "must not see each other"),
    "no-gradient": ({"module": Frozen()}, "gradient of the answer"),
    "writes": ({"module": Writing()}, "writes to the image"),
    "class-name": ({"target": "a"}, "target: expected the index of a class, got 'a'"),
    "class": ({"target": 3}, "target: expected 0 to 2, got 3"),
    "seed": ({"seed": -1}, "seed: expected 0 to"),
}


@BOTH
@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said(call, name):
    given, said = WRONG[name]
    given = {"module": Net(), "sequence": X, **given}
    with pytest.raises(ConfigError, match=said):
        call(given.pop("module"), given.pop("sequence"), method="integrated-gradients", **given)


def test_the_image_of_the_caller_stays_where_a_module_writes():
    x = torch.from_numpy(X.copy())
    with pytest.raises(ConfigError):
        explain(Writing(), x)
    assert torch.equal(x, torch.from_numpy(X))


@pytest.mark.parametrize("seed", [-1, 2**31, 10**20, 0.5, "a", None])
def test_a_seed_is_a_whole_number_that_fits(seed):
    with pytest.raises(ConfigError, match="seed: expected"):
        check_seed(seed)


def test_numbers_of_numpy_are_numbers():
    assert check_seed(np.int64(2**31 - 1)) == 2**31 - 1
    found = explain(Net(), X, method="saliency", target=np.int64(1), seed=np.int32(2))
    assert found.target == "1"


@pytest.mark.parametrize("shape", [(1, 5), (6, 1), (1, 1)])
def test_every_method_takes_one_step_and_one_feature(shape):
    module, others = Net(shape[1]), torch.rand(2, *shape)
    for name in methods_for(module, has_others=True):
        found = explain(module, np.full(shape, 0.5, np.float32), method=name, target=0, others=others)
        assert found.values.shape == shape and np.isfinite(found.values).all(), name


def test_one_superpixel_has_the_whole_difference():
    module, x = Net(1), torch.full((1, 1), 0.5)
    with torch.no_grad():
        scores = module(torch.stack([x, 0 * x]))[:, 0]
    for name in ("kernel-shap", "feature-ablation", "patch-occlusion"):
        found = explain(module, x, method=name, target=0).values
        np.testing.assert_allclose(found, float(scores[0] - scores[1]), rtol=1e-3)


def test_every_method_takes_bfloat16():
    module = Net().bfloat16()
    others = torch.rand(2, 6, 5)
    for name in methods_for(module, has_others=True):
        for baseline in ("black", "blur"):
            found = explain(module, X, method=name, target=0, others=others, baseline=baseline)
            assert np.isfinite(found.values).all(), name


class Sums(nn.Module):
    """No parameters."""

    def forward(self, x):
        return torch.stack([x.sum((1, 2)), x[:, 0, 0]], 1)


def normed():
    with pytest.warns(FutureWarning):
        head = nn.utils.weight_norm(nn.Linear(4, 3))
    net = Net()
    net.head = head
    net(torch.from_numpy(X)[None])
    return net


@pytest.mark.parametrize("make", [Sums, normed])
def test_modules_of_ones_own_have_evidence(make):
    found = gather(make(), X, method="integrated-gradients", baseline=X[::-1].copy())
    assert found.baseline == "image" and json.dumps(to_dict(found), allow_nan=False)


def test_one_step_has_evidence():
    assert gather(Net(), X[:1], method="saliency").verdicts

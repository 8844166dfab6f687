"""All evidence of one map: complete, the same again, and the network as it was."""

import copy
import json

import numpy as np
import pytest
import torch

from medrnn.errors import ConfigError
from medrnn.explanation.attribution.explain import explain
from medrnn.explanation.attribution.methods import METHODS
from medrnn.explanation.evidence.collect import comparable_methods, for_infidelity, gather
from medrnn.explanation.evidence.record import to_arrays, to_dict
from medrnn.explanation.evidence.subject import passes_of, subject_of
from tests.explanation.networks import build


def whole(kind="stack", method="saliency", **given):
    model, x = build(kind)
    settings = {"method": method, "target": 0, "reading": model.reading, **given}
    return model, x, gather(model, x, **settings)


@pytest.mark.parametrize("kind", ["stack", "sweeps-stem", "cnn"])
def test_all_that_applies_is_there(kind):
    model, x = build(kind)
    other, mask = build(kind)[0], np.zeros((8, 12))
    mask[2:4] = 1
    is_recurrent = kind != "cnn"
    found = gather(
        model,
        x,
        method="integrated-gradients",
        reading=model.reading,
        mask=mask,
        others=[other],
        completeness=0.001,
        is_recurrent=is_recurrent,
        seed=5,
    )
    names = [one.name for one in found.verdicts]
    assert names == [
        *(
            "randomisation",
            "deletion",
            "insertion",
            "road",
            "completeness",
            "infidelity",
            "sensitivity",
            "models",
        ),
        *(["time"] if is_recurrent else []),
        "localisation",
    ]
    assert found.methods[0] == "integrated-gradients" and len(found.agreement.rank) == len(found.methods)
    assert found.seed == found.deletion.seed == found.randomisation.seed == found.robustness.seed == 5
    with torch.no_grad():
        assert found.target == int(model(x[None]).argmax())


def test_the_same_seed_gives_the_same_and_the_network_stays():
    model, x = build("stack")
    kept, generator = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    one, again = (
        to_dict(gather(model, x, method="saliency", target=0, reading=model.reading, seed=1))
        for _ in range(2)
    )
    assert one == again
    assert all(torch.equal(value, kept[name]) for name, value in model.state_dict().items())
    assert torch.equal(generator, torch.get_rng_state())
    assert not any(part._forward_hooks or part._backward_hooks for part in model.modules())
    other = to_dict(gather(model, x, method="saliency", target=0, reading=model.reading, seed=2))
    assert other["deletion"]["random"] != one["deletion"]["random"]


def test_a_bare_module_and_a_bare_sequence_have_evidence_too():
    class Bare(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.head = torch.nn.GRU(5, 4, batch_first=True), torch.nn.Linear(4, 2)

        def forward(self, x):
            return self.head(self.rnn(x)[0][:, -1])

    found = gather(Bare(), np.random.default_rng(0).random((6, 5), np.float32), method="saliency")
    assert {"randomisation", "deletion", "time"} <= {one.name for one in found.verdicts}
    assert "rnn, layer 0, W_hh" in found.randomisation.stages


def test_progress_rises_to_one_and_ends_the_work():
    told = []
    whole(tell=told.append)
    assert told == sorted(told) and told[-1] == 1 and len(told) > 30

    class Stopped(Exception):
        pass

    def stop(share):
        if share > 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        whole(tell=stop)


def test_the_record_is_json_and_arrays():
    _, _, found = whole(method="integrated-gradients", completeness=0.01)
    told = json.loads(json.dumps(to_dict(found), allow_nan=False))
    assert told["headline"] and len(told["verdicts"]) == len(found.verdicts)
    assert told["deletion"]["area"] == pytest.approx(found.deletion.area)
    arrays = to_arrays(found)
    np.testing.assert_array_equal(arrays["evidence/deletion/scores"], found.deletion.scores)
    np.testing.assert_array_equal(arrays["evidence/randomisation/rank"], found.randomisation.rank)
    assert json.loads(str(arrays["evidence"])) == told


def test_a_step_is_shared_out_so_that_its_sum_is_what_it_takes_away():
    model, x = build("stack")
    case = subject_of(model, x, method="row-occlusion", target=1, reading=model.reading)
    shared = for_infidelity(case.values(), case, is_of_steps=True)
    with torch.no_grad():
        fall = float(model(x[None])[0, 1] - model(torch.cat([torch.zeros_like(x[:1]), x[1:]])[None])[0, 1])
    assert shared[0].sum() == pytest.approx(fall, rel=1e-4)


def test_a_map_made_already_is_taken():
    model, x = build("stack")
    made = explain(model, x, method="saliency", target=0, reading=model.reading).values
    one = gather(model, x, method="saliency", target=0, reading=model.reading, values=made)
    assert to_dict(one) == to_dict(gather(model, x, method="saliency", target=0, reading=model.reading))


def test_methods_to_compare_are_cheap_and_others():
    model, x = build("stack")
    found = comparable_methods(
        subject_of(model, x, method="saliency", target=0, reading=model.reading), "saliency"
    )
    assert "saliency" not in found and "integrated-gradients" in found and "lime" not in found
    assert all(passes_of(name, 8, 12, (8, 12)) <= 300 for name in found)
    assert not any(METHODS[name].needs_others for name in found)


def test_a_method_that_is_not_right_says_why():
    with pytest.raises(ConfigError, match="not right here"):
        whole(method="grad-cam")


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_evidence(method):
    kind = "sweeps-stem" if method == "grad-cam" else "stack"
    model, x = build(kind)
    images = torch.rand(3, *x.shape, dtype=x.dtype)
    found = gather(model, x, method=method, target=0, reading=model.reading, images=images)
    assert (found.seeds is None) != METHODS[method].is_random
    assert json.dumps(to_dict(found), allow_nan=False)


def test_an_unknown_method_lists_the_known_ones():
    with pytest.raises(ConfigError, match="method: expected one of"):
        whole(method="grad-cam-of-nobody")


@pytest.mark.parametrize("value", [0.0, 1.0, -1.0])
def test_a_map_of_one_value_is_not_judged_by_its_ties(value):
    _, x, found = whole(values=np.full((8, 12), value))
    levels = {one.name: one.level for one in found.verdicts}
    assert {levels[name] for name in ("deletion", "insertion", "road", "randomisation")} == {"unknown"}
    assert json.dumps(to_dict(found), allow_nan=False)


@pytest.mark.parametrize("values", [np.full((8, 12), np.nan), np.full((8, 12), np.inf), np.zeros((3, 3))])
def test_a_map_that_is_none_is_refused(values):
    with pytest.raises(ConfigError, match="values: expected a map of"):
        whole(values=values)

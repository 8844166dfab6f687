"""Lessons 4 and 5: the gates against torch, what holding one does, the two forms of the GRU."""

import numpy as np
import pytest
import torch

from medrnn.datasets import load_dataset
from medrnn.explanation.interventions.edited_run import run_edited
from medrnn.explanation.interventions.kinds import Intervention
from medrnn.explanation.tracing.trace import trace
from medrnn.lessons import gru, lstm
from medrnn.lessons.gates import AS_IT_IS, held, run
from medrnn.lessons.images import digit
from medrnn.models.catalog import load_model
from medrnn.ui.learn.gru import equation as gru_equation
from medrnn.ui.learn.lstm import equation as lstm_equation

LESSONS = {"lstm": lstm, "gru": gru}
SETTINGS = [(name, setting) for name, of in LESSONS.items() for setting in of.SETTINGS]


@pytest.fixture(scope="module")
def models():
    return {name: load_model(of.MODEL) for name, of in LESSONS.items()}


@pytest.fixture(scope="module")
def test_digits():
    test = load_dataset("mnist").test.first(200)
    return test.images / np.float32(255), test.labels


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.parametrize("image", ["digit-7", "digit-4"])
def test_the_gates_shown_are_those_of_torchs_fused_run(models, name, image):
    found, fused = run(models[name], image, AS_IT_IS), trace(models[name].rnn, digit(image)).part(0)
    assert set(found.values) == set(fused)
    for symbol, values in fused.items():
        np.testing.assert_allclose(found.values[symbol], values, atol=1e-5)
    with torch.inference_mode():
        expected = models[name](torch.from_numpy(digit(image))[None]).softmax(-1)[0]
    np.testing.assert_allclose(found.answers[-1], expected, atol=1e-5)
    assert found.answer == found.label


@pytest.mark.parametrize(("name", "setting"), SETTINGS)
def test_so_many_of_200_digits_are_read_right_with_the_gate_held(models, test_digits, name, setting):
    images, labels = test_digits
    edits = [Intervention("clamp", symbol=what[0], value=what[1])] if (what := held(setting)) else []
    told = run_edited(models[name], images, edits, prefixes=False).probabilities.argmax(1)
    assert 100 * (told == labels).mean() == pytest.approx(LESSONS[name].RIGHT[setting], abs=0.51)


@pytest.mark.parametrize(("setting", "answer"), [(AS_IT_IS, "7"), ("f-1", "6")])
def test_holding_the_forget_gate_is_another_answer(models, setting, answer):
    assert run(models["lstm"], "digit-7", setting).answer == answer


def test_with_f_1_a_cell_is_the_sum_of_all_that_was_let_in(models):
    found = run(models["lstm"], "digit-7", "f-1").values
    np.testing.assert_allclose(found["C"], (found["i"] * found["g"]).cumsum(0), atol=1e-4)


def test_unit_74_moves_most_on_the_seven_and_unit_120_of_the_gru(models):
    assert int(np.ptp(run(models["lstm"], "digit-7", AS_IT_IS).values["C"], 0).argmax()) == 74
    assert int(np.ptp(run(models["gru"], "digit-7", AS_IT_IS).values["h"], 0).argmax()) == 120


def test_the_numbers_of_the_lstms_equation_add_up(models):
    found = run(models["lstm"], "digit-7", AS_IT_IS)
    at = {s: found.at(s, 13, 74) for s in "ifgoCh"} | {"C-before": found.at("C", 12, 74)}
    assert at["f"] * at["C-before"] + at["i"] * at["g"] == pytest.approx(at["C"], abs=1e-5)
    assert at["o"] * np.tanh(at["C"]) == pytest.approx(at["h"], abs=1e-5)
    assert f"{at['C']:.3f} \\\\" in lstm_equation(at, 14) and found.at("C", -1, 74) == 0


def test_both_conventions_of_z_give_the_same_h(models):
    found = run(models["gru"], "digit-7", AS_IT_IS)
    at = {s: found.at(s, 13, 120) for s in "zrnh"} | {"h-before": found.at("h", 12, 120)}
    assert (1 - at["z"]) * at["h-before"] + at["z"] * at["n"] == pytest.approx(at["h"], abs=1e-5)
    usual, torchs, both = gru_equation(at, 14).split(r"\\")
    assert f"_{{{at['z']:.3f}}}" in usual and f"_{{{1 - at['z']:.3f}}}" in torchs
    assert f"= {at['h']:.3f}" in both


def test_the_usual_form_is_that_of_a_cell_of_ones_own():
    """A GRU whose weights make r act: the form of the texts, unit by unit."""
    torch.manual_seed(2)
    w = {"weight_ih": torch.randn(6, 3), "weight_hh": torch.randn(6, 2)}
    w = {k: v.double() for k, v in (w | {"bias_ih": torch.randn(6), "bias_hh": torch.randn(6)}).items()}
    x, h = torch.randn(3).double(), torch.randn(2).double()
    got = gru.usual_step(x, {"h": h}, w)
    sigmoid = lambda v: 1 / (1 + np.exp(-v))  # noqa: E731
    for k in range(2):
        a = [float(w["weight_ih"][g * 2 + k] @ x + w["bias_ih"][g * 2 + k]) for g in range(3)]
        b = [float(w["weight_hh"][g * 2 + k] @ h + w["bias_hh"][g * 2 + k]) for g in range(2)]
        z = 1 - sigmoid(a[1] + b[1])
        n = np.tanh(a[2] + float(w["weight_hh"][4 + k] @ (got["r"] * h) + w["bias_hh"][4 + k]))
        assert float(got["r"][k]) == pytest.approx(sigmoid(a[0] + b[0]))
        assert float(got["h"][k]) == pytest.approx((1 - z) * float(h[k]) + z * n)


def test_the_states_of_the_two_forms_differ_by_up_to_1_98(models):
    apart = max(gru.two_forms(models["gru"], image).apart.max() for image in ("digit-7", "digit-4"))
    assert round(float(apart), 2) == 1.98


def test_in_torchs_form_the_states_are_torchs(models):
    told = gru.states(models["gru"], digit("digit-4")[None], is_usual=False)
    with torch.inference_mode():
        expected = models["gru"].rnn(torch.from_numpy(digit("digit-4"))[None])[0]
    np.testing.assert_allclose(told[-1], expected, atol=1e-5)


@pytest.mark.parametrize(("is_usual", "right"), [(False, 200), (True, 182)])
def test_weights_belong_to_one_form(models, test_digits, is_usual, right):
    images, labels = test_digits
    told = gru.answers(models["gru"], gru.states(models["gru"], images, is_usual=is_usual)[-1]).argmax(1)
    assert (told == labels).sum() == right

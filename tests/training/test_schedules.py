"""Every schedule that a setting names can be made, and moves the rate as it says."""

import math

import pytest
import torch

from medrnn.config import SCHEDULES
from medrnn.training.schedules import MAKERS

STEPS, PEAK = 100, 0.02


def rates(name):
    optimizer = torch.optim.AdamW([torch.zeros(1, requires_grad=True)], lr=PEAK)
    schedule, seen = MAKERS[name](optimizer, PEAK, STEPS), []
    for _ in range(STEPS):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step() if len(seen) < STEPS else None
    return seen


def test_every_name_has_its_maker():
    assert list(MAKERS) == list(SCHEDULES)


def test_a_constant_rate_stays():
    assert set(rates("constant")) == {PEAK}


def test_a_cosine_goes_from_the_peak_to_nothing():
    seen = rates("cosine")
    assert seen == pytest.approx([PEAK * (1 + math.cos(math.pi * k / STEPS)) / 2 for k in range(STEPS)])


def test_one_cycle_goes_up_to_the_peak_and_down_a_cosine():
    seen = rates("one-cycle")
    top = seen.index(max(seen))
    assert max(seen) == pytest.approx(PEAK) and top == round(0.3 * STEPS) - 1
    share = (50 - top) / (STEPS - 1 - top)  # the written-out formula of the way down
    last = PEAK / 25 / 1e4
    assert seen[50] == pytest.approx(last + (PEAK - last) * (1 + math.cos(math.pi * share)) / 2)
    assert seen[-1] == pytest.approx(last)

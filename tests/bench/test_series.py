"""`bench series`: what is timed is what a model reads, and it says on what machine."""

import pytest

from medrnn.bench.series import AIM_S, SIDE, bench_series, make_volume
from medrnn.config.reading import read_slices
from medrnn.sequences import read_study


def test_the_volume_has_a_frame_a_slice_and_no_two_are_alike():
    found = read_study(make_volume(3), read_slices(3, SIDE))
    assert found.frames == (0, 1, 2) and found.warnings == ()
    assert len({step.tobytes() for step in found.sequence}) == 3


def test_a_row_holds_the_slower_reading_and_all_that_is_said():
    found = bench_series((2,))
    (row,) = found["rows"]
    slower = max(row["read_s"], row["read_between_s"])
    assert row["read_and_answered_s"] == pytest.approx(slower + row["answered_s"], abs=0.0011)
    assert row["answered_s"] >= row["network_s"] and row["is_within_aim"] == (
        row["read_and_answered_s"] < AIM_S
    )
    assert found["threads"] >= 1 and found["load"] >= 0 and "cores" in found["machine"]

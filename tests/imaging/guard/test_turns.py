"""Turns are fair between visitors, whatever they bring; who goes away leaves nothing behind."""

import threading

import pytest

from medrnn.imaging.guard import turns
from medrnn.imaging.guard.turns import USED_MUCH_S, Turns

WAIT_S = 60


class Work:
    """Files at work in threads, each until it is told to end; ``order`` says who began when."""

    def __init__(self, places=3):
        self.turns, self.order, self._made, self._changed = Turns(places), [], {}, threading.Condition()

    def start(self, name, visitor=None, **size):
        ends, waits = threading.Event(), threading.Event()
        thread = threading.Thread(target=self._run, args=[name, visitor or name, size, ends, waits])
        self._made[name] = (thread, ends)
        thread.start()
        with self._changed:
            assert self._changed.wait_for(lambda: waits.is_set() or name in self.order, WAIT_S)

    def _run(self, name, visitor, size, ends, waits):
        def watch(before):
            with self._changed:
                waits.set()
                self._changed.notify_all()

        with self.turns.take(visitor, watch=watch, **size):
            with self._changed:
                self.order.append(name)
                self._changed.notify_all()
            ends.wait(WAIT_S)

    def end(self, *names):
        for name in names:
            thread, ends = self._made.pop(name)
            ends.set()
            thread.join(WAIT_S)

    def wait(self, name):
        with self._changed:
            assert self._changed.wait_for(lambda: name in self.order, WAIT_S)

    def used(self, visitor, seconds):
        self.turns._count(visitor, seconds)


@pytest.fixture
def work():
    made = Work()
    yield made
    for name in list(made._made):
        made._made[name][1].set()
    for name in list(made._made):
        made.end(name)
    assert not made.turns._waiting and not made.turns._at_work


def test_a_visitor_has_one_file_at_work(work):
    work.start("a1", "a")
    work.start("a2", "a")
    work.start("b1", "b")
    assert work.order == ["a1", "b1"]
    work.end("a1")
    work.wait("a2")


def test_who_used_much_leaves_the_last_place_to_a_newcomer(work):
    for name in "abc":
        work.used(name, 2 * USED_MUCH_S)
        work.start(name)
    assert work.order == ["a", "b"]
    work.start("new")
    assert work.order == ["a", "b", "new"]
    work.end("a")
    assert "c" not in work.order  # two at work again, and c has used much
    work.end("new")
    work.wait("c")


def test_the_newcomer_goes_first_then_the_smallest_batch_then_who_waits_longest(work):
    for name in ("x", "y", "z"):
        work.start(name)
    work.used("much", 1.0)
    work.start("much", batch_bytes=1)
    work.start("large", batch_bytes=12_000_000)
    work.start("large too", batch_bytes=12_000_000)
    work.start("small", batch_bytes=80_000)
    for done, goes in zip(
        ("x", "small", "large", "large too"), ("small", "large", "large too", "much"), strict=True
    ):
        work.end(done)
        work.wait(goes)
    assert work.order == ["x", "y", "z", "small", "large", "large too", "much"]


def test_one_large_file_at_a_time_and_small_ones_beside_it(work):
    work.start("film", is_large=True)
    work.start("film too", is_large=True)
    work.start("small")
    assert work.order == ["film", "small"]
    work.end("film")
    work.wait("film too")


def test_who_waits_hears_how_many_are_before_him_and_may_go(work):
    for name in ("x", "y", "z"):
        work.start(name)
    work.start("before", batch_bytes=1)
    heard = []

    def watch(before):
        heard.append(before)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), work.turns.take("gone", batch_bytes=2, watch=watch):
        pass
    assert heard == [4]
    work.end("x")
    work.wait("before")


def test_a_file_that_goes_wrong_gives_its_turn_back(work):
    for _ in range(9):
        with pytest.raises(ValueError, match="wrong"), work.turns.take("a"):
            raise ValueError("wrong")
    work.start("a")


def test_what_was_used_is_forgotten(monkeypatch, work):
    monkeypatch.setattr(turns, "HALF_S", 1e-3)
    work.used("a", 1000.0)
    work.used("b", 0.0)
    threading.Event().wait(0.1)
    assert work.turns._used_by("a") < USED_MUCH_S
    work.used("b", 0.0)
    assert "a" not in work.turns._used

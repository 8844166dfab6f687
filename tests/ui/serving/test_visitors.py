"""Who is in and who waits, without a server."""

import threading

import pytest

from medrnn.ui.serving.visitors import Visitors


class House:
    """Visitors whose connections can be cut."""

    def __init__(self, places: int, arrivals: int = 99) -> None:
        self.here: set[str] = set()
        self.visitors = Visitors(places, arrivals, lambda visitor: visitor in self.here)

    def ask(self, visitor: str) -> int:
        self.here.add(visitor)
        return self.visitors.ask(visitor)


def test_as_many_as_there_are_places_are_in_and_the_others_are_numbered():
    house = House(places=2)
    assert [house.ask(name) for name in "abcde"] == [0, 0, 1, 2, 3]
    assert [house.ask(name) for name in "abcde"] == [0, 0, 1, 2, 3]  # asking again changes nothing
    assert house.visitors.inside == 2


def test_first_come_first_served():
    house = House(places=1)
    assert [house.ask(name) for name in "abc"] == [0, 1, 2]
    house.here.discard("a")
    assert house.ask("c") == 1  # who asks first is not who goes first
    assert house.ask("b") == 0


def test_one_who_leaves_the_line_loses_the_number():
    house = House(places=1)
    assert [house.ask(name) for name in "abc"] == [0, 1, 2]
    house.here.discard("b")
    assert house.ask("c") == 1


def test_one_who_was_in_returns_even_where_it_is_full():
    house = House(places=1)
    house.ask("a")
    house.here.discard("a")
    assert house.ask("b") == 0
    house.here.add("a")
    house.visitors.return_to("a")
    assert (house.ask("a"), house.ask("b"), house.visitors.inside) == (0, 0, 2)


def test_not_too_many_come_in_at_once():
    house = House(places=9, arrivals=2)
    assert [house.ask(name) for name in "abcd"] == [0, 0, 1, 2]
    house.visitors.settle("a")
    assert [house.ask(name) for name in "abcd"] == [0, 0, 0, 1]
    house.here.discard("b")  # who leaves while coming in makes room too
    assert house.ask("d") == 0


def test_whose_turn_it_is_hears_it_at_once():
    house = House(places=1, arrivals=1)
    house.ask("a")
    house.ask("b")
    waiting = threading.Thread(target=house.visitors.wait, args=("b", 100))
    waiting.start()
    house.visitors.return_to("a")
    house.here.discard("a")
    house.ask("c")
    waiting.join(60)
    assert not waiting.is_alive()
    assert house.ask("b") == 0


@pytest.mark.parametrize("places", [1, 7])
def test_many_threads_never_let_in_too_many(places):
    house, most = House(places), []

    def come(name: str) -> None:
        for _ in range(50):
            house.ask(name)
            most.append(house.visitors.inside)

    threads = [threading.Thread(target=come, args=(str(k),)) for k in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == places

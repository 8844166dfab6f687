"""Beyond its capacity a real server says so, and lets people in by turns."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from medrnn.bench.browser import serving
from medrnn.bench.tab import Tab
from medrnn.errors import ConfigError
from medrnn.ui.serving import door
from tests import own_loop

PLACES = 2


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    runs = str(tmp_path_factory.mktemp("door"))
    with serving(MEDRNN_PLACES=str(PLACES), MEDRNN_RUNS=runs) as (address, _):
        yield address


@asynccontextmanager
async def visiting(url, count):
    tabs = [Tab(url) for _ in range(count)]
    try:
        yield tabs
    finally:
        for tab in tabs:
            await tab.close()


async def until(said, tab):
    async with asyncio.timeout(60):
        while not any(said in sentence for sentence in tab.sentences):
            await asyncio.sleep(0.05)


def shown(tab):
    return [one.WhichOneof("type") for one in tab.elements]


def test_a_newcomer_waits_for_a_place_and_then_gets_the_page_that_was_asked_for(url):
    async def visit():
        async with visiting(url, PLACES + 1) as (first, second, late):
            await first.open("about")
            await second.open()
            coming = asyncio.create_task(late.open("memory", "sample=digit-7"))
            await until("2 people are in; you are number 1 in line. This page goes on by itself.", late)
            await second.rerun()
            assert "file_uploader" in shown(second)  # who is in loses nothing
            assert not coming.done()
            await first.close()
            await coming
            assert late.find("memory-player")
            assert (late.exceptions, second.exceptions) == ([], [])
            await late.choose("memory-player", step=3)
            assert any("Step 4 is chosen" in sentence for sentence in late.sentences)

    own_loop.run(visit())


def test_one_who_closes_the_tab_leaves_the_line(url):
    async def visit():
        async with visiting(url, PLACES + 2) as (first, second, gone, last):
            await first.open("about")
            await second.open("about")
            leaving = asyncio.create_task(gone.open("about"))
            await until("you are number 1 in line", gone)
            coming = asyncio.create_task(last.open("about"))
            await until("you are number 2 in line", last)
            leaving.cancel()
            await gone.close()
            await until("you are number 1 in line", last)
            await second.close()
            await coming
            assert last.exceptions == []

    own_loop.run(visit())


def test_many_at_once_all_come_in(url):
    async def visit():
        async with visiting(url, 6) as tabs:

            async def come(tab):
                await tab.open("about")
                await tab.close()

            await asyncio.gather(*map(come, tabs))
            assert [tab.exceptions for tab in tabs] == [[]] * 6
            assert all("heading" in shown(tab) for tab in tabs)

    own_loop.run(visit())


@pytest.mark.parametrize(("said", "places"), [("", door.PLACES), ("1", 1), ("250", 250)])
def test_the_capacity_is_a_setting(monkeypatch, said, places):
    monkeypatch.setenv("MEDRNN_PLACES", said)
    assert door.capacity() == places


@pytest.mark.parametrize("said", ["0", "-3", "many", "1.5", "²", "9" * 5000])
def test_a_wrong_capacity_is_a_sentence(monkeypatch, said):
    monkeypatch.setenv("MEDRNN_PLACES", said)
    with pytest.raises(ConfigError, match="Expected a whole number of people above 0 in MEDRNN_PLACES, got"):
        door.capacity()


def test_the_words_say_why_one_waits():
    assert (
        door.words(3, 120, 120) == "120 people are in; you are number 3 in line. This page goes on by itself."
    )
    assert door.words(1, 5, 120).startswith("Many people are coming in; you are number 1 in line.")

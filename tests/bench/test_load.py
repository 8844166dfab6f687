"""The crowd and the tab against a real server."""

import sys
import types

import pytest

from medrnn.bench import run_bench
from medrnn.bench.browser import serving
from medrnn.bench.crowd import Plan, visit
from medrnn.bench.load import Probe
from medrnn.bench.tab import Tab
from medrnn.errors import ConfigError
from tests import own_loop


@pytest.fixture(autouse=True)
def _main(monkeypatch):
    """The crowd's process runs what stands as the main module; page tests leave a page there."""
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with serving(MEDRNN_RUNS=str(tmp_path_factory.mktemp("load"))) as (address, _):
        yield address


@pytest.mark.parametrize(
    "plan", [Plan(3, "memory", stay_s=3, every_s=1), Plan(3, "open", stay_s=3, every_s=1)]
)
def test_a_crowd_comes_does_and_leaves(url, plan):
    seen = visit(url, plan)
    assert seen.errors == []
    assert len(seen.first_s) == len(seen.said_s) == 3 and len(seen.rerun_s) >= 3
    assert all(said <= first for said, first in zip(sorted(seen.said_s), sorted(seen.first_s), strict=True))


def test_a_film_reaches_all(url):
    seen = visit(url, Plan(2, "open", stay_s=2, every_s=2, film=True))
    assert seen.errors == [] and len(seen.rerun_s) == 2


def test_a_tab_sees_what_stands_on_the_page(url):
    async def look():
        tab = Tab(url)
        await tab.open("", "sample=chest-cr")
        whole = len(tab.find("open-viewer-carrier").bidi_component.bytes)
        again = await tab.rerun()
        kept = len(tab.find("open-viewer-carrier").bidi_component.bytes)
        await tab.close()
        return whole, kept, again.received, tab.exceptions

    whole, kept, received, exceptions = own_loop.run(look())
    assert whole == kept > 2 * 1955 * 1841  # unsigned integers of 16 bits, and a header
    assert received < 100_000  # what is there already is not sent again
    assert exceptions == []


def test_a_widget_that_is_not_there_is_named(url):
    async def press():
        tab = Tab(url)
        await tab.open("about")
        try:
            await tab.press("no-such-button")
        finally:
            await tab.close()

    with pytest.raises(LookupError, match="Expected the widget 'no-such-button' on the page"):
        own_loop.run(press())


def test_the_probe_notices_how_long_a_server_takes(url):
    probe = Probe(url)
    probe.start()
    visit(url, Plan(1, "about", stay_s=0))
    probe.stop()
    assert 0 < probe.worst_s < 60


def test_an_unknown_scenario_is_a_sentence():
    with pytest.raises(ConfigError, match="Expected scenarios out of open-10, .*; got storm"):
        run_bench("load", only=["storm"])

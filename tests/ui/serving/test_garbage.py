"""Garbage is collected now and then."""

import threading
import time
import tomllib

from medrnn.ui.serving.garbage import Sweeper
from tests.conftest import ROOT


def test_it_is_collected_once_where_many_ask():
    done, together = [], threading.Barrier(8)
    sweeper = Sweeper(0.05, lambda: done.append(time.sleep(0.01)))
    sweeper.sweep()
    assert done == []  # it is too early
    time.sleep(0.06)

    def ask() -> None:
        together.wait()
        sweeper.sweep()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1


def test_it_is_collected_again_later():
    done = []
    sweeper = Sweeper(0, lambda: done.append(1))
    sweeper.sweep()
    sweeper.sweep()
    assert len(done) == 2


def test_streamlit_is_told_not_to_collect_after_every_run():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["runner"]["postScriptGC"] is False

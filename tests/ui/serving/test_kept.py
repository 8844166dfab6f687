"""What is made once for all visitors, and that nothing of an upload is among it."""

import threading
from dataclasses import dataclass, replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from medrnn.imaging.samples import SAMPLES, read_sample
from medrnn.ui import cached
from medrnn.ui.cached import images
from medrnn.ui.serving.kept import Kept, read_only
from medrnn.ui.state import KEY, Session
from tests.conftest import ROOT

CHEST = "chest-child-pneumonia-1"


def test_a_thing_is_made_once_also_where_many_ask_at_the_same_time():
    kept, made, together = Kept(4), [], threading.Barrier(8)

    def ask() -> None:
        together.wait()
        kept.get("a", lambda: made.append(threading.get_ident()))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_the_one_not_asked_for_longest_goes():
    kept = Kept(2)
    for key in "abac":
        kept.get(key, lambda: key)  # noqa: B023  called at once
    assert kept.names == ["a", "c"]


def test_what_fails_is_tried_again():
    kept = Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 1) == 1


@dataclass(frozen=True, eq=False)
class Record:
    plain: np.ndarray
    named: dict
    listed: tuple


def test_nobody_can_write_to_what_all_share():
    record = Record(np.zeros(2), {"a": np.zeros(2)}, (np.zeros(2), "text"))
    assert read_only(record) is record
    for array in (record.plain, record.named["a"], record.listed[0]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def visit(session, page="memory"):
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.session_state[KEY] = session
    at.run()
    at.switch_page(f"pages/{page}.py").run()
    assert not at.exception and not at.error
    return at


def shared():
    """What is shared between visitors, by key."""
    return {str(key) for store in (images._shared, images._packed) for key in store.names}


def uploaded():
    """A file like the sample with one pixel changed, as a visitor brings it."""
    study = read_sample(CHEST)
    values = study.values.copy()
    values[0, 0, 0] += 1
    return replace(study, values=values, key="f" * 64)


@pytest.mark.parametrize("page", ["open", "read", "memory", "map"])
def test_nothing_of_an_upload_is_shared(page):
    cached.sample(CHEST)
    before, session = shared(), Session()
    session.add(uploaded())
    visit(session, page)
    assert shared() == before
    assert not any("f" * 64 in key for key in images._everybodys)


def test_a_part_that_a_visitor_chose_of_a_sample_is_not_shared():
    session = Session()
    session.add(cached.sample(CHEST), CHEST)
    visit(session)
    before = shared()
    session.crops[session.current] = (2, 3, 20, 21)
    visit(session)
    assert shared() == before


def test_a_sample_is_read_and_traced_once_for_all(monkeypatch):
    from medrnn.explanation.tracing import inside

    runs, original = [], inside.trace_inside
    monkeypatch.setattr(inside, "trace_inside", lambda *given: runs.append(1) or original(*given))
    name = "chest-child-normal-2"
    for _ in range(3):
        session = Session()
        session.add(cached.sample(name), name)
        visit(session)
    assert len(runs) == 1


def test_there_is_room_for_every_sample():
    first = [cached.sample(name) for name in SAMPLES]
    assert all(cached.sample(name) is study for name, study in zip(SAMPLES, first, strict=True))

"""A journal reads what was added and nothing twice; a file that is another one is noticed."""

import json
import threading

import pytest

from medrnn.errors import CatalogError
from medrnn.training.runs import journal, processes
from medrnn.training.runs.journal import MOST_POINTS, Journal, all_events
from tests.training.test_damaged import EPOCH, STARTED, STEP, write


def line(k, steps=10**6, **more):
    return json.dumps(STEP | {"step": k, "steps": steps, **more}) + "\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "events.jsonl"


def steps(log):
    return [point.step for point in log.read().steps]


@pytest.fixture
def bytes_read(monkeypatch):
    """How many bytes came from the disk, a number a read."""
    found, real = [], journal.disk.read_bytes

    def counted(*words, **more):
        data = real(*words, **more)
        found.append(len(data))
        return data

    monkeypatch.setattr(journal.disk, "read_bytes", counted)
    return found


def test_only_what_was_added_is_read_again(path, bytes_read):
    log = Journal(path)
    assert steps(log) == []
    path.write_text("".join(line(k) for k in range(1, 1001)))
    assert log.read() is log.read()
    assert len(bytes_read) == 1
    with path.open("a") as file:
        file.write(line(1001))
    assert steps(log)[-1] == 1001
    assert bytes_read[1] < 600 < bytes_read[0]


def test_a_half_written_line_is_no_damage_and_is_read_when_it_is_whole(path):
    log, whole = Journal(path), line(1) + line(2)
    with path.open("a") as file:
        for end, letter in enumerate(whole, 1):
            file.write(letter)
            file.flush()
            assert steps(log) == [1, 2][: whole[:end].count("\n")]


@pytest.mark.parametrize("keep", [0, 1, 3])
def test_a_shorter_file_is_read_anew(path, keep):
    log = Journal(path)
    path.write_text("".join(line(k) for k in range(1, 6)))
    assert steps(log) == [1, 2, 3, 4, 5]
    path.write_text("".join(line(k) for k in range(1, keep + 1)))
    assert steps(log) == list(range(1, keep + 1))


def test_a_file_in_its_place_is_read_anew_also_where_it_is_longer(path):
    log = Journal(path)
    path.write_text(line(1) + line(2))
    assert steps(log) == [1, 2]
    path.with_name("new").write_text("".join(line(k) for k in (7, 8, 9)))
    path.with_name("new").replace(path)
    assert steps(log) == [7, 8, 9]


def test_a_file_written_over_in_place_is_read_anew_also_where_it_is_longer(path):
    log = Journal(path)
    path.write_text(line(1) + line(2))
    assert steps(log) == [1, 2]
    path.write_text("".join(line(k) for k in (7, 8, 9)))  # the same file to the system
    assert steps(log) == [7, 8, 9]
    path.write_text("".join(line(k) for k in (4, 5, 6)))  # and of the same length
    assert steps(log) == [4, 5, 6]


def test_a_file_that_is_gone_tells_nothing(path):
    log = Journal(path)
    path.write_text(line(1))
    assert steps(log) == [1]
    path.unlink()
    assert steps(log) == []


def test_damage_is_remembered_and_its_cure_is_noticed(path, bytes_read):
    log = Journal(path)
    path.write_text(line(1) + "[1]\n")
    for _ in range(3):
        with pytest.raises(CatalogError, match="Line 2 of events.jsonl"):
            log.read()
    assert len(bytes_read) == 1
    path.write_text(line(1) + line(2))
    assert steps(log) == [1, 2]


def test_a_line_without_end_is_damage(path):
    log = Journal(path)
    path.write_text(line(1) + "x" * (journal.MOST_LINE + 1))
    with pytest.raises(CatalogError, match="Line 2 of events.jsonl has no end"):
        log.read()


@pytest.mark.parametrize("count", [1, MOST_POINTS, MOST_POINTS + 1, 5_000])
def test_a_long_curve_is_kept_thin_evenly_and_to_its_last_point(path, count):
    path.write_text("".join(line(k) for k in range(1, count + 1)))
    found = steps(Journal(path))
    assert (found[0], found[-1]) == (1, count)
    assert min(count, MOST_POINTS // 2) <= len(found) <= MOST_POINTS + 1
    assert len({b - a for a, b in zip(found[:-1], found[1:-1], strict=False)}) <= 1
    assert len(all_events(path)) == count


def test_events_stand_in_their_order_again(path):
    path.write_text(json.dumps(STARTED) + "\n" + line(1) + line(2) + json.dumps(EPOCH) + "\n" + line(3))
    kinds = [(e["kind"], e.get("step")) for e in Journal(path).read().events]
    assert kinds == [("started", None), ("step", 1), ("step", 2), ("epoch", 2), ("step", 3)]


def test_many_threads_read_one_journal_while_it_grows(path):
    log, wrong = Journal(path), []
    path.write_text("")

    def read():
        last = 0
        while last < 300:
            found = steps(log)
            now = found[-1] if found else 0
            if now < last or found != list(range(1, now + 1)):
                wrong.append(found)
                return
            last = now

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    with path.open("a", buffering=1) as file:
        for k in range(1, 301):
            file.write(line(k))
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_list_of_runs_reads_each_once_and_then_only_what_was_added(config, runs, bytes_read):
    for k in range(20):
        write(runs / f"run-{k:02d}", config, *(line(n).strip() for n in range(1, 500)))
    first = processes.list_runs()
    assert sum(bytes_read) > 20 * 499 * len(line(1))
    bytes_read.clear()
    assert processes.list_runs() == first
    assert bytes_read == []
    with (runs / "run-07" / "events.jsonl").open("a") as file:
        file.write(line(500))
    assert [run.told.steps[-1].step for run in processes.list_runs() if run.id == "run-07"] == [500]
    assert len(bytes_read) == 1 and bytes_read[0] < 600

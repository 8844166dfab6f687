"""Children and the warm process end at any moment: nothing else is ended, nothing is left, the next file is read."""

import gc
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from medrnn.errors import ImageError
from medrnn.imaging.guard import batch as guard
from medrnn.imaging.guard import nursery
from tests.conftest import SAMPLES
from tests.imaging.made import make_dicom
from tests.imaging.slow import slow_jpeg

pytestmark = pytest.mark.skipif(not guard.IS_AVAILABLE, reason="guarded decoding needs Linux")
CT = (SAMPLES / "ct-small.dcm").read_bytes()
KILLS = int(os.environ.get("MEDRNN_KILLS", "12"))  # `make test-long` takes more
ENDED = (0, -signal.SIGKILL)  # by itself when its line was closed, or by the warm process
NEVER = 20_000  # scans of a JPEG that nobody waits for


@pytest.fixture(autouse=True)
def _nothing_refused():
    guard._refused.clear()


@pytest.fixture
def stranger():
    """A process that is nobody's child here but the test's."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    assert process.poll() is None, "it was ended"
    process.kill()
    process.wait()


def state_of(pid: int) -> str | None:
    """ "R", "S", "Z", ... or None where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def wait_until(is_so, seconds=60):
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.02)


def kill_the_warm_process() -> None:
    process = nursery.warm().process
    process.kill()
    process.wait()


def kept_by_us() -> tuple[int, int]:
    """Open files of this process, and mappings of shared memory."""
    gc.collect()
    maps = Path("/proc/self/maps").read_text().count("memfd:medrnn")
    return len(list(Path("/proc/self/fd").iterdir())), maps


def children_of(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_the_successor_of_a_warm_process_ends_no_process_of_another(stranger):
    old = nursery.bear()
    kill_the_warm_process()
    new = nursery.bear()  # of the successor
    ours, theirs = socket.socketpair()
    with theirs:
        assert nursery.end(nursery.Child(stranger.pid, ours, old.warm)) is None  # the id was given away since
    assert nursery.end(old) is None
    assert state_of(new.pid) not in (None, "Z")
    assert nursery.end(new) in ENDED


def test_a_warm_process_refuses_to_end_what_it_did_not_bear(stranger):
    ours, theirs = socket.socketpair()
    with theirs:
        assert nursery.end(nursery.Child(stranger.pid, ours, nursery.warm())) is None
    child = nursery.bear()
    assert nursery.end(child) in ENDED
    assert nursery.end(child) is None  # a second time


def test_an_orphan_ends_though_it_is_busy():
    busy = threading.Thread(target=lambda: batch_of_nobody(started), daemon=True)
    started = []
    busy.start()
    wait_until(lambda: started)
    (pid,) = started
    kill_the_warm_process()
    wait_until(lambda: state_of(pid) in (None, "Z"), 5)
    busy.join(60)


def batch_of_nobody(started) -> None:
    with (
        guard.Batch(watch=lambda before: started or started.append(batch.pid)) as batch,
        pytest.raises(ImageError),
    ):
        batch.perform("read", slow_jpeg(NEVER))


class Gone(BaseException):
    """As Streamlit ends a script."""


def test_work_that_nobody_waits_for_ends_at_once_and_gives_its_turn_back():
    pids = []

    def watch(before):
        pids.append(batch.pid)
        raise Gone

    with guard.Batch("a", watch=watch) as batch, pytest.raises(Gone):
        batch.perform("read", slow_jpeg(NEVER))
    assert len(pids) == 1 and state_of(pids[0]) is None
    assert not guard._turns._at_work and not guard._turns._waiting


def test_a_small_file_is_not_behind_the_batches_of_others():
    """Eight people with slow files; whoever comes waits for no more files than are at work."""
    done, stop = [], threading.Event()
    slow = [slow_jpeg(60, grey=k) for k in range(8)]

    def bring(visitor):
        with guard.Batch(visitor, batch_bytes=100 * len(slow[0])) as batch:
            while not stop.is_set():
                batch.perform("read", slow[visitor])
                done.append(visitor)

    threads = [threading.Thread(target=bring, args=[k]) for k in range(8)]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: len(set(done)) >= 3)
        before, heard = len(done), []
        with guard.Batch("new", watch=lambda ahead: heard.append(ahead)) as batch:
            assert batch.perform("read", CT).study.rows == 128
        assert len(done) - before <= guard.MOST_CHILDREN
        assert all(ahead is None or ahead <= guard.MOST_CHILDREN for ahead in heard)
    finally:
        stop.set()
        for thread in threads:
            thread.join(120)
    assert not guard._turns._at_work and not guard._turns._waiting


def kill_later(pid: int, seconds: float) -> threading.Timer:
    """By a handle, so that no process that has the id later is meant."""
    handle = os.pidfd_open(pid)

    def kill() -> None:
        try:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        except ProcessLookupError:
            pass
        finally:
            os.close(handle)

    timer = threading.Timer(seconds, kill)
    timer.start()
    return timer


def files_of(k: int) -> list[bytes]:
    """A quick one, one that takes some tenths of a second, another quick one; no two the same."""
    return [make_dicom(InstanceNumber=2 * k), slow_jpeg(60, 1000 + k), make_dicom(InstanceNumber=2 * k + 1)]


def ended_here() -> set[int]:
    """Children of this process that nobody has waited for; tests of other files may have left some."""
    return {pid for pid in children_of(os.getpid()) if state_of(pid) == "Z"}


def test_kills_at_any_moment_leave_nothing_behind():
    rng = random.Random(0)
    with guard.Batch() as batch:
        batch.perform("read", CT)
        began = time.monotonic()
        for data in files_of(KILLS):
            batch.perform("read", data)
        whole = time.monotonic() - began  # as fast as this machine is
    before, ended, said, timers = kept_by_us(), ended_here(), [], []
    for k in range(KILLS):
        with guard.Batch(k) as batch:
            batch.perform("read", CT)
            pid = batch.pid if rng.random() < 0.6 else nursery.warm().process.pid
            timers.append(kill_later(pid, rng.uniform(0, whole)))
            for data in files_of(k):
                try:
                    batch.perform("read", data)
                    said.append("")
                except ImageError as error:
                    said.append(str(error))
        timers[-1].join()
        with guard.Batch() as batch:
            guard._refused.clear()
            assert batch.perform("read", CT).study.rows == 128
    assert set(said) <= {"", guard.CRASHED}
    assert said.count(guard.CRASHED) >= KILLS // 6
    assert kept_by_us() == before
    assert not guard._turns._at_work and not guard._turns._waiting
    assert children_of(nursery.warm().process.pid) == []
    assert ended_here() - ended == set()

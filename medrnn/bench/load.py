"""The app under load: a crowd that speaks its protocol, two real browsers beside it, and a probe of its event loop."""

import os
import platform
import threading
import time
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from medrnn.bench.browser import serving
from medrnn.bench.crowd import Plan, Seen, beside, visit
from medrnn.errors import ConfigError

SCENARIOS = {
    "open-10": Plan(10, "open"),
    "open-60": Plan(60, "open"),
    "open-100": Plan(100, "open"),
    "memory-10": Plan(10, "memory"),
    "memory-60": Plan(60, "memory"),
    "memory-100": Plan(100, "memory"),
    "film-100": Plan(100, "open", stay_s=10, film=True),
    "arrive-200": Plan(200, "open", arrive="at a rate", within_s=4, stay_s=0),
    "arrive-300": Plan(300, "open", arrive="at once", stay_s=0),
}
WARM_S = 7  # in which the server imports torch in the background
PROBE_S = 0.02


class Probe(threading.Thread):
    """Asks the server over and over whether it is well.

    Attributes:
        worst_s: the longest time until it answered.
    """

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.worst_s = 0.0
        self._address = urllib.parse.urlsplit(url).netloc
        self._is_over = threading.Event()

    def run(self) -> None:
        """Until it is told to stop."""
        connection = HTTPConnection(self._address, timeout=60)
        while not self._is_over.wait(PROBE_S):
            began = time.monotonic()
            try:
                connection.request("GET", "/_stcore/health")
                connection.getresponse().read()
            except (OSError, HTTPException):
                connection.close()
            self.worst_s = max(self.worst_s, time.monotonic() - began)
        connection.close()

    def stop(self) -> None:
        """Ask no more."""
        self._is_over.set()
        self.join()


@contextmanager
def _probing(url: str) -> Iterator[Probe]:
    probe = Probe(url)
    probe.start()
    try:
        yield probe
    finally:
        probe.stop()


def _memory_mb(pid: int) -> int | None:
    """Resident memory of a process; None where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS"))


def _processor_s(pid: int) -> float:
    """What a process has used of the processors since it began; 0 where the system does not say."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _milliseconds(times: Sequence[float], share: float) -> int | None:
    """A quantile, rounded; None of nothing."""
    return round(1000 * sorted(times)[int(share * (len(times) - 1))]) if times else None


def _row(name: str, plan: Plan, seen: Seen, probe: Probe, memory_mb: int | None) -> dict[str, Any]:
    return {
        "scenario": name,
        "people": plan.people,
        "page": plan.page,
        "first_p50_ms": _milliseconds(seen.first_s, 0.5),
        "first_max_ms": _milliseconds(seen.first_s, 1),
        "rerun_p50_ms": _milliseconds(seen.rerun_s, 0.5),
        "rerun_p95_ms": _milliseconds(seen.rerun_s, 0.95),
        "said_p50_ms": _milliseconds(seen.said_s, 0.5),
        "reruns": len(seen.rerun_s),
        "waiting": seen.waiting,
        "lag_max_ms": round(1000 * probe.worst_s),
        "rss_mb": memory_mb,
        "errors": len(seen.errors),
        "error": next(iter(seen.errors), None),
    }


def _warm(url: str) -> None:
    """The first visitor of a server, after whom it imports what is heavy."""
    for page in ("open", "memory"):
        visit(url, Plan(1, page, stay_s=0))
        time.sleep(WARM_S)


def _measure(name: str, plan: Plan, with_browsers: bool) -> dict[str, Any]:
    with serving() as (url, pid):
        _warm(url)
        browsers = (
            beside("medrnn.bench.windows", url, str(plan.stay_s)) if with_browsers and plan.stay_s else None
        )
        used_s = _processor_s(pid)
        with _probing(url) as probe:
            seen = visit(url, plan)
        row = _row(name, plan, seen, probe, _memory_mb(pid))
        used_s = _processor_s(pid) - used_s
        found = browsers() if browsers else []
    return row | {"server_cpu_s": round(used_s, 1), "browser_p50_ms": _milliseconds(found, 0.5)}


def bench_load(only: Sequence[str] = (), browsers: bool = True) -> dict[str, Any]:
    """Everybody does something about every ten seconds; a film: all open it within ten seconds. Each on a server of its
    own that is warm.

    Args:
        only: names of scenarios; all of them where none is given.
        browsers: two windows of a real browser, on the page Memory, beside the crowd.

    Raises:
        ConfigError: an unknown scenario.
    """
    if unknown := set(only) - set(SCENARIOS):
        raise ConfigError(
            f"Expected scenarios out of {', '.join(SCENARIOS)}; got {', '.join(sorted(unknown))}."
        )
    plans = {name: plan for name, plan in SCENARIOS.items() if name in only or not only}
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "rows": [_measure(name, plan, browsers) for name, plan in plans.items()],
    }

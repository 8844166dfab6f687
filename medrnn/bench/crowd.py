"""Many visitors in a process of their own, so that they do not share the server's interpreter."""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from medrnn.bench.tab import Tab
from medrnn.config import ROOT
from medrnn.errors import ConfigError

SMALL = ("chest-child-pneumonia-1", "chest-child-normal-1", "digit-7", "digit-4")  # samples of 28 x 28
FILM = "chest-cr"  # 1955 x 1841
STEPS = 28
GENTLE = 4  # who come in at the same time where nothing is said about arriving
PATIENCE_S = 45


@dataclass(frozen=True)
class Plan:
    """What a crowd does.

    Attributes:
        people: how many.
        page: "open" or "memory".
        arrive: "gently", or all within ``within_s``.
        within_s: the time over which they arrive.
        stay_s: how long they stay after all are in.
        every_s: each does something about so often.
        film: they open the film instead of small things.
    """

    people: int
    page: str
    arrive: str = "gently"
    within_s: float = 0
    stay_s: float = 20
    every_s: float = 10
    film: bool = False


@dataclass
class Seen:
    """What the crowd met.

    Attributes:
        first_s: seconds until the first picture, of those who came in.
        said_s: seconds until something was said to them, be it their number in line, of all who came.
        rerun_s: seconds from doing something to its result.
        waiting: how many still stood in line when they left.
        errors: every error in words.
    """

    first_s: list[float] = field(default_factory=list)
    said_s: list[float] = field(default_factory=list)
    rerun_s: list[float] = field(default_factory=list)
    waiting: int = 0
    errors: list[str] = field(default_factory=list)


async def _open(tab: Tab, plan: Plan) -> float:
    if plan.page == "memory":
        return (await tab.open("memory", f"sample={SMALL[0]}")).elapsed_s
    return (await tab.open("", f"sample={SMALL[0]}")).elapsed_s


async def _act(tab: Tab, plan: Plan) -> float:
    if plan.film:
        return (await tab.trigger("open-gallery", "picked", FILM)).elapsed_s
    if plan.page == "memory":
        return (await tab.choose("memory-player", step=random.randrange(STEPS))).elapsed_s
    return (await tab.trigger("open-gallery", "picked", random.choice(SMALL))).elapsed_s


async def _arrive(seen: Seen, tab: Tab, plan: Plan) -> None:
    try:
        seen.first_s.append(await _open(tab, plan))
        seen.errors += tab.exceptions
    except TimeoutError:
        if tab.said_s is None:
            seen.errors.append("nothing was said in time")
        else:
            seen.waiting += 1
    except OSError as error:
        seen.errors.append(f"{type(error).__name__}: {error}")
    if tab.said_s is not None:
        seen.said_s.append(tab.said_s)


async def _act_in_time(seen: Seen, tab: Tab, plan: Plan) -> None:
    try:
        seen.rerun_s.append(await _act(tab, plan))
        seen.errors += tab.exceptions
    except (OSError, LookupError) as error:  # TimeoutError is an OSError
        seen.errors.append(f"{type(error).__name__}: {error}")


async def _stay(tab: Tab, plan: Plan, seen: Seen) -> None:
    end = time.monotonic() + plan.stay_s
    await asyncio.sleep(random.uniform(0, plan.every_s))
    while time.monotonic() < end:
        began = time.monotonic()
        await _act_in_time(seen, tab, plan)
        await asyncio.sleep(max(0.0, plan.every_s - (time.monotonic() - began)))


async def _visit(url: str, plan: Plan) -> Seen:
    seen, turn = Seen(), asyncio.Semaphore(GENTLE if plan.arrive == "gently" else plan.people)
    tabs = [Tab(url, is_light=True, patience_s=PATIENCE_S) for _ in range(plan.people)]

    async def arrive(number: int, tab: Tab) -> None:
        if plan.within_s:
            await asyncio.sleep(plan.within_s * number / plan.people)
        async with turn:
            await _arrive(seen, tab, plan)

    await asyncio.gather(*(arrive(number, tab) for number, tab in enumerate(tabs)))
    if plan.stay_s:
        await asyncio.gather(*(_stay(tab, plan, seen) for tab in tabs))
    await asyncio.gather(*(tab.close() for tab in tabs))
    return seen


def visit(url: str, plan: Plan) -> Seen:
    """Let a crowd come, do and leave, in a process of its own."""
    return Seen(**beside(__name__, url, json.dumps(asdict(plan)))())


def beside(module: str, *words: str) -> Callable[[], Any]:
    """Start a module in a process of its own; returns what waits for the JSON that it prints."""
    process = subprocess.Popen([sys.executable, "-m", module, *words], cwd=ROOT, stdout=subprocess.PIPE)

    def wait() -> Any:
        said = process.communicate()[0]
        if process.returncode:
            raise ConfigError(
                f"Expected {module} to run beside the server, it ended with {process.returncode}."
            )
        return json.loads(said)

    return wait


if __name__ == "__main__":
    random.seed(0)
    print(json.dumps(asdict(asyncio.run(_visit(sys.argv[1], Plan(**json.loads(sys.argv[2])))))))

"""Many visitors in a process of their own, so that they do not share the server's interpreter."""

import asyncio
import random
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from medrnn.bench.tab import Tab

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
        return (await tab.trigger("open-gallery", "pressed", FILM)).elapsed_s
    if plan.page == "memory":
        return (await tab.choose("memory-player", step=random.randrange(STEPS))).elapsed_s
    return (await tab.trigger("open-gallery", "pressed", random.choice(SMALL))).elapsed_s


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


def _visit_here(url: str, plan: Plan) -> Seen:
    random.seed(0)
    return asyncio.run(_visit(url, plan))


def visit(url: str, plan: Plan) -> Seen:
    """Let a crowd come, do and leave, in a process of its own."""
    return beside(_visit_here, url, plan)()


def beside(work: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    """Start work in a process of its own; returns what waits for its result."""
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    coming = pool.submit(work, *arguments)

    def wait() -> Any:
        with pool:
            return coming.result()

    return wait

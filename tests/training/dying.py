"""Runs that die at their N-th touch of the disk: ``python -m tests.training.dying SETTINGS FOLDER [N ...]``.

One process loads torch, learns once without interruption, and forks a life for every N: a run that kills itself at its
N-th write, fsync, rename, unlink or truncation; of a file it writes half before. Then others go on with it, each dying
at a point of its own, until one comes to its end. A line of JSON a death, the first of the uninterrupted run.
"""

import io
import json
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

import torch

torch.set_num_threads(1)  # before its first operation: what follows is forked

from medrnn.errors import ConfigError  # noqa: E402
from medrnn.models.catalog import find_card, list_damaged  # noqa: E402
from medrnn.training import run as runs_module  # noqa: E402
from medrnn.training.resume import resume  # noqa: E402
from medrnn.training.run import load_config, train  # noqa: E402
from medrnn.training.runs import mother  # noqa: E402
from medrnn.training.runs.states import forget, is_run, log_lines, observe  # noqa: E402

MOST_LIVES = 40
NO_SETTINGS = "there are none. Begin a new one"


@dataclass
class Deaths:
    """Counts the touches of the disk, and dies at one of them."""

    at: int = 0
    count: int = 0
    seen: list[str] = field(default_factory=list)

    def touch(self, what: str) -> bool:
        """True where this one is the last."""
        self.count += 1
        self.seen.append(what)
        return self.count == self.at

    def before(self, name: str) -> None:
        """Let a function of ``os`` die before its work."""
        real = getattr(os, name)

        def wrapped(*arguments, **more):
            if self.touch(name):
                die()
            return real(*arguments, **more)

        setattr(os, name, wrapped)

    def halves(self) -> None:
        """Let writes die in the middle: half of the bytes are there."""
        real, real_open = os.write, io.open

        def write(fd, data):
            if self.touch("write"):
                real(fd, bytes(data)[: len(data) // 2])
                die()
            return real(fd, data)

        def open_(file, mode="r", *arguments, **more):
            opened = real_open(file, mode, *arguments, **more)
            if mode == "xb":
                whole = opened.write

                def half(data):
                    if self.touch("write of a file"):
                        whole(bytes(data)[: len(data) // 2])
                        opened.flush()
                        die()
                    return whole(data)

                return _Writes(opened, half)
            return opened

        os.write, io.open = write, open_

    def install(self) -> None:
        self.halves()
        for name in ("fsync", "replace", "rename", "unlink", "truncate", "ftruncate", "link"):
            self.before(name)


class _Writes:
    """A file whose writes are watched."""

    def __init__(self, file, write):
        self._file, self.write = file, write

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._file.close()

    def __getattr__(self, name):
        return getattr(self._file, name)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def live(settings, folder, at, *, goes_on):
    """One life in a process of its own; how it ended: 0, -9, 2 for a refusal, 3 where nothing is to go on with."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            runs_module.EVERY_S = 0.0  # a checkpoint after every batch
            deaths = Deaths(at)
            deaths.install()
            events = resume(folder) if goes_on else train(load_config(settings), folder, threads=1)
            for _ in events:
                pass
            if not at:
                (folder.parent / "touches.json").write_text(json.dumps(deaths.seen))
            code = 0
        except ConfigError as error:
            code = 3 if NO_SETTINGS in str(error) else 2
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def what_is_told(folder):
    """Steps and epochs without what a clock says; half a last line is as good as none."""
    whole = (folder / "events.jsonl").read_bytes().rpartition(b"\n")[0]
    lines = [json.loads(line) for line in whole.splitlines()]
    clock = ("time", "elapsed_s", "images_per_s")
    return [
        {name: value for name, value in event.items() if name not in clock}
        for event in lines
        if event["kind"] in ("step", "epoch", "started", "finished")
    ]


def look(folder):
    """As pages and commands read the folder; raises where one could not."""
    forget(folder)
    run = observe(folder)
    list(log_lines(folder.name))
    return run


def run_of(settings, folder, deaths):
    """A run that dies at each of some points, one a life, until it is whole; what came of it."""
    states, codes = [], []
    for life in range(MOST_LIVES):
        code = live(settings, folder, deaths[life] if life < len(deaths) else 0, goes_on=life > 0)
        codes.append(code)
        if code == 3 or not is_run(folder):  # nothing was there yet: the cure is a new run
            return {"deaths": deaths, "states": states, "codes": codes, "is_new": True}
        run = look(folder)
        states.append(run.state)
        if run.state in ("finished", "damaged"):
            break
    card = find_card(folder)
    return {
        "deaths": deaths,
        "states": states,
        "codes": codes,
        "reason": run.reason,
        "digest": card.digest,
        "novelty": card.novelty,
        "test": card.metrics["test"],
        "told": what_is_told(folder),
        "listed_damaged": list_damaged(),
        "left": sorted(f.name for f in folder.iterdir()),
    }


def main(settings, folder, deaths):
    os.environ["MEDRNN_RUNS"] = str(folder)
    mother.preload()
    folder.mkdir(parents=True)
    print(json.dumps(run_of(settings, folder / "whole", [])), flush=True)
    for number, points in enumerate(deaths):
        print(json.dumps(run_of(settings, folder / f"run-{number}", points)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))

"""The inside of a run's process: ``python -m medrnn.training.runs.child FOLDER DEVICE LOCK``.

It waits for its turn before it imports torch, so that a waiting run costs about 20 MB.
"""

import sys
import time
from pathlib import Path

from medrnn.errors import ConfigError, MedrnnError
from medrnn.training.runs import queue
from medrnn.training.runs.begin import take_over
from medrnn.training.runs.folder import RunFolder
from medrnn.training.runs.watch import read_settings

POLL_S = 0.2
NOTHING_LEARNT = {"epoch": 0, "step": 0}


def _wait(run: RunFolder) -> bool:
    """True when it is this run's turn, False where it was asked to stop before.

    Raises:
        ConfigError: it is in no queue.
    """
    has_said = False
    while not run.is_asked_to_stop():
        before = queue.runs_before(run.path.name)
        if before is None:
            raise ConfigError("The place of this run in the queue is gone. Start it again.")
        if not before:
            return True
        if not has_said:
            run.tell("waiting")
            has_said = True
        time.sleep(POLL_S)
    run.tell("stopped", NOTHING_LEARNT)
    return False


def _train(run: RunFolder, device: str) -> None:
    from medrnn.training.again import train_line
    from medrnn.training.run import train_in

    command = train_line(run.path.name, run.config.data)
    for _ in train_in(run, run.config, device=device, command=command):
        pass


def main(folder: Path, device: str, lock: int) -> int:
    """Wait, train, and return the exit code: 0, or 2 with one line on stderr."""
    try:
        config = read_settings(folder / "request.json")
        with take_over(folder, config, lock) as run, run.telling():
            run.sign()
            if _wait(run):
                _train(run, device)
    except MedrnnError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else -1))

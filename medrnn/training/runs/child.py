"""The inside of a run's process: ``python -m medrnn.training.runs.child FOLDER DEVICE LOCK [resume]``.

It waits for its turn before it imports torch, so that a waiting run costs about 20 MB.
"""

import sys
import time
from pathlib import Path

from medrnn.errors import ConfigError, MedrnnError
from medrnn.training.runs import queue
from medrnn.training.runs.begin import take_over
from medrnn.training.runs.folder import NOT_YET, RunFolder
from medrnn.training.runs.watch import read_settings

POLL_S = 0.2
RESUME = "resume"
NOTHING_LEARNT = {"epoch": 0, "step": 0}


def _wait(run: RunFolder, *, is_resumed: bool) -> bool:
    """True when it is this run's turn, False where it was asked to stop or to pause before.

    Raises:
        ConfigError: it is in no queue; or one that had learnt something was asked to stop: it can be resumed.
    """
    has_said = False
    while not (run.is_asked_to_stop() or run.is_asked_to_pause()):
        before = queue.runs_before(run.path.name)
        if before is None:
            raise ConfigError("The place of this run in the queue is gone. Start it again.")
        if not before:
            return True
        if not has_said:
            run.tell("waiting")
            has_said = True
        time.sleep(POLL_S)
    if run.is_asked_to_pause() and not run.is_asked_to_stop():
        run.tell("paused", {"step": 0})
        return False
    if is_resumed:
        raise ConfigError(NOT_YET)
    run.tell("stopped", NOTHING_LEARNT)
    return False


def _train(run: RunFolder, device: str, *, is_resumed: bool) -> None:
    from medrnn.training.again import train_line
    from medrnn.training.resume import resume_in
    from medrnn.training.run import train_in

    if is_resumed:
        events = resume_in(run, device=device)
    else:
        command = train_line(run.path.name, run.config.data)
        events = train_in(run, run.config, device=device, command=command, threads=None)
    for _ in events:
        pass


def main(folder: Path, device: str, lock: int, *, is_resumed: bool = False) -> int:
    """Wait, train, and return the exit code: 0, or 2 with one line on stderr."""
    try:
        config = read_settings(folder / "request.json")
        with take_over(folder, config, lock) as run, run.telling():
            run.sign()
            if _wait(run, is_resumed=is_resumed):
                _train(run, device, is_resumed=is_resumed)
    except MedrnnError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != RESUME]
    lock = int(words[2]) if len(words) > 2 else -1
    sys.exit(main(Path(words[0]), words[1], lock, is_resumed=RESUME in sys.argv[3:]))

"""A run whose process ended before it was done goes on from its last checkpoint."""

from collections.abc import Iterator
from pathlib import Path

from medrnn.datasets import Dataset, load_for
from medrnn.errors import ConfigError
from medrnn.training.again import train_line
from medrnn.training.checkpoint import FILE, load
from medrnn.training.run import train_in
from medrnn.training.runs.begin import reclaim
from medrnn.training.runs.folder import RunFolder
from medrnn.training.threads import set_threads
from medrnn.types import RunEvent


def resume(
    out: str | Path, *, device: str = "cpu", threads: int = 0, data: Dataset | None = None
) -> Iterator[RunEvent]:
    """Go on with a run whose process ended before it was done, from its last checkpoint or else from the beginning.

    On the CPU, with the same threads, the events and the weights are those of a run that was never interrupted, bit
    for bit. Events after the checkpoint are told again.

    Args:
        out: the run's folder.
        device: "cpu", "cuda", "cuda:0", ...
        threads: of torch; 0 takes those that the run had, or where it had come to no batch those that are fastest.
        data: what its settings name, where it was read already.

    Yields:
        RunEvent: "resumed" where there was a checkpoint, then as ``train``.

    Raises:
        ConfigError: there is no such run, it goes on or has ended by itself, its checkpoint is damaged, or the data
            are not the ones that it had.
    """
    with reclaim(Path(out)) as run, run.telling():
        run.sign()
        yield from resume_in(run, device=device, threads=threads, data=data)


def resume_in(
    run: RunFolder, *, device: str, threads: int = 0, data: Dataset | None = None
) -> Iterator[RunEvent]:
    """``resume`` in a folder that belongs to this process (``begin.reclaim``); arguments as there."""
    with run.telling():
        start, config = load(run.path / FILE), run.config
        data = data or load_for(config)
        if start and start.facts.data != data.digest:
            raise ConfigError(
                "Expected the data that the run began with, they have changed. Bring them back, or begin a new run."
            )
        set_threads(threads or (start.facts.threads if start else 0))
        known = 0 if threads or start else None
        run.rewind(start.facts.log_bytes if start else 0)
        command = start.facts.command if start else train_line(run.path.name, config.data, cut=config.cut)
        yield from train_in(
            run, config, device=device, command=command, data=data, start=start, threads=known
        )

"""Data sets: which are at hand, and how a published one comes here."""

import argparse
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrnn.commands.common import show
from medrnn.datasets.examine_words import say_examined, say_findings
from medrnn.errors import DataError

MOST_PAIRS = 100  # printed one by one

if TYPE_CHECKING:
    from medrnn.datasets import Dataset
    from medrnn.datasets.choices import Choices
    from medrnn.datasets.download import Progress, Published


def data_list(args: argparse.Namespace) -> int:
    """The shipped sets, and the published ones that can be fetched."""
    from medrnn.datasets.download import PUBLISHED
    from medrnn.datasets.shipped import DATASETS

    shipped = [
        {"name": name, "title": one.title, "classes": list(one.classes), "licence": one.licence}
        for name, one in DATASETS.items()
    ]
    published = [_told(one) for sizes in PUBLISHED.values() for one in sizes.values()]
    show({"shipped": shipped, "published": published}, args.json)
    return 0


def data_check(args: argparse.Namespace) -> int:
    """What a set holds: counts a class and split, pictures that come twice, leaks between splits."""
    from dataclasses import asdict

    from medrnn.datasets import load_dataset
    from medrnn.datasets.examine import examine

    data = load_dataset(args.path, choices_of(args))
    found = examine(data)
    if args.out:
        _write(data, Path(args.out))
    if args.json:
        pairs = [asdict(pair) for pair in found.pairs[:MOST_PAIRS]]
        leaks, conflicts = len(found.leaks), len(found.conflicts)
        record = {
            "counts": found.counts,
            "size": list(found.size),
            "channels": found.channels,
            "looked": found.looked,
            "patients": found.patients,
            "shared_patients": [asdict(one) for one in found.shared],
            "weak": asdict(found.weak),
            "findings": asdict(data.findings),
        }
        show(
            record
            | {"pairs": len(found.pairs), "leaks": leaks, "conflicts": conflicts, "first_pairs": pairs},
            True,
        )
        return 0
    for line in (*say_examined(found), *say_findings(data.findings)):
        print(line)
    return 0


def choices_of(args: argparse.Namespace) -> "Choices":
    """How a set is made of what is brought, as the options say; labels count from 1 there."""
    from medrnn.datasets.choices import Choices

    return Choices(
        label=None if args.label is None else args.label - 1,
        cut=args.cut,
        series=args.series,
        side=args.side,
        patients="pattern" if args.pattern else args.patients,
        pattern=args.pattern,
        seed=args.seed,
        is_anew=args.anew,
        has_copies=not args.without_copies,
    )


def _write(data: "Dataset", out: Path) -> None:
    """The set as it was read, as one file that ``train --data`` takes."""
    from medrnn import disk
    from medrnn.datasets.own import to_npz

    with disk.writing(out, "the set") as file:
        file.write(to_npz(data))


def data_plant(args: argparse.Namespace) -> int:
    """A set whose finding is known to the pixel: spots of a known size, contrast and place in normal chest films."""
    from medrnn import disk
    from medrnn.datasets.planted import Planting, facts, plant_set, to_file

    how = Planting(args.seed, tuple(args.radius), tuple(args.contrast), args.share)
    made = plant_set(how)
    data = to_file(made)
    with disk.writing(Path(args.out), "the set") as file:
        file.write(data)
    show({"file": args.out, **facts(made, how, data)}, args.json)
    return 0


def _told(one: "Published") -> dict[str, Any]:
    from medrnn.datasets.download import data_folder

    path = data_folder() / one.file
    return {
        "name": one.name,
        "size": one.size,
        "file": str(_from_here(path)) if path.is_file() else None,
        "md5": one.md5,
        "address": one.address,
        "licence": one.licence,
    }


def data_get(args: argparse.Namespace) -> int:
    """A published set from its publisher: goes to the internet, and goes on where it was interrupted."""
    from medrnn.datasets.download import data_folder, download, find_published

    one = find_published(args.name, args.size)
    folder = Path(args.out) if args.out else data_folder()
    try:
        found = download(one, folder, progress=_progress())
    except KeyboardInterrupt:
        raise DataError(f"Interrupted. What came of {one.file} is kept; the same command goes on.") from None
    show(
        {
            "file": str(_from_here(found.path)),
            "bytes": found.bytes,
            "md5": found.md5,
            "licence": one.licence,
            "train": _train_line(one, found.path),
        },
        args.json,
    )
    return 0


def _from_here(path: Path) -> Path:
    """As short as it can be named from the folder in which the command was given."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path


def _train_line(one: "Published", path: Path) -> str:
    words = ("train", "--preset", "pneumonia-lstm", "--data", str(_from_here(path)))
    return shlex.join(("python", "-m", "medrnn", *words, "--out", f"runs/{one.name}-{one.size}"))


def _progress() -> "Progress":
    """A line on stderr for every tenth of the file, or every 10 MB where its length is not known."""
    said = -1

    def tell(done: int, total: int) -> None:
        nonlocal said
        now = 10 * done // total if total else done // 10_000_000
        if now != said:
            said = now
            whole = f" of {total / 1e6:.1f}" if total else ""
            print(f"{done / 1e6:.1f}{whole} MB", file=sys.stderr, flush=True)

    return tell

"""Commands about files: what they hold, and copies without the person."""

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from medrnn.commands.common import each_file, show
from medrnn.config import DISCLAIMER
from medrnn.errors import ImageError


def inspect(args: argparse.Namespace) -> int:
    """What a file, a zip or a folder holds: one record a study, series stacked."""
    from medrnn.imaging.series.paths import read_path
    from medrnn.imaging.summary import summarize
    from medrnn.types import Study

    def _answer(file: str) -> list[dict[str, Any]]:
        return [
            {"file": file, **(summarize(one, args.frame) if isinstance(one, Study) else {"error": str(one)})}
            for one in read_path(file)
        ]

    return each_file(args, _answer)


def deidentify(args: argparse.Namespace) -> int:
    """A DICOM file, or a zip or folder of them, written anew without anything that names a person."""
    from medrnn.imaging.deidentify import release
    from medrnn.imaging.deidentify.copy import deidentify_all
    from medrnn.imaging.series import paths
    from medrnn.imaging.words import say_left_out

    beside: Counter[str] = Counter()
    found = deidentify_all(paths.list_bytes(args.input, beside))
    wrong = [(number, error) for number, error in enumerate(found, 1) if isinstance(error, ImageError)]
    if len(found) == len(wrong) == 1:
        raise wrong[0][1]
    for number, error in wrong:
        print(f"error: file {number}: {error}", file=sys.stderr)
    if beside:
        print(say_left_out(beside), file=sys.stderr)
    written = release.write(found, Path(args.out), is_folder=not paths.is_file(args.input))
    show({"out": args.out, "files": written, "left_out": len(wrong), "note": DISCLAIMER}, args.json)
    return 2 if wrong else 0

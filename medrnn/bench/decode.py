"""What guarded decoding costs: the same files decoded in this process and by the guard, in turns."""

import os
import platform
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from medrnn.bench.made import make_body, make_slice
from medrnn.imaging.guard.batch import IS_AVAILABLE, Batch, warm
from medrnn.imaging.samples import FOLDER
from medrnn.imaging.series.members import read_member

TURNS = 15


def _files() -> dict[str, bytes]:
    made = {f"CT {side} x {side}, 16 bits, uncompressed": make_slice(make_body(side)) for side in (512, 2000)}
    shipped = {"CT 512 x 512, shipped": "ct-abdomen.dcm", "CR 1955 x 1841, JPEG 2000": "chest-cr.dcm"}
    return made | {name: (FOLDER / file).read_bytes() for name, file in shipped.items()}


def _ms(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def _alone(data: bytes) -> object:
    with Batch() as batch:
        return batch.perform("read", data)


def bench_decode() -> dict[str, Any]:
    """Median times in ms of decoding in this process, in a guarded child, and in one born for the file.

    ``extra_ms`` is the median difference, turn by turn, of the guarded and the direct decoding.
    """
    warm()
    rows = []
    with Batch() as batch:
        for name, data in _files().items():
            batch.perform("read", data)
            direct, guarded, alone = np.array(
                [
                    (
                        _ms(partial(read_member, data)),
                        _ms(partial(batch.perform, "read", data)),
                        _ms(partial(_alone, data)),
                    )
                    for _ in range(TURNS)
                ]
            ).T
            rows.append(
                {
                    "file": name,
                    "megabytes": round(len(data) / 1e6, 2),
                    "direct_ms": round(float(np.median(direct)), 2),
                    "guarded_ms": round(float(np.median(guarded)), 2),
                    "new_child_ms": round(float(np.median(alone)), 2),
                    "extra_ms": round(float(np.median(guarded - direct)), 2),
                }
            )
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    return {"machine": machine, "turns": TURNS, "is_guarded": IS_AVAILABLE, "rows": rows}

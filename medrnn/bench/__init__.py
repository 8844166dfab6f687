"""Measurements that stand in this project's texts, each printed by ``python -m medrnn bench NAME``."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

BENCHES = (
    "novelty",
    "shortcuts",
    "decoders",
    "decode",
    "view",
    "page",
    "trace",
    "train",
    "defaults",
    "runs",
    "start",
    "watch",
    "memory",
    "load",
    "explain",
    "faithfulness",
    "slices",
    "series",
)


def run_bench(name: str, **options: Any) -> dict[str, Any]:
    """The measurement ``bench_NAME`` of the module ``medrnn.bench.NAME``; modules are imported only then."""
    bench: Callable[..., dict[str, Any]] = getattr(import_module(f"medrnn.bench.{name}"), f"bench_{name}")
    return bench(**options)

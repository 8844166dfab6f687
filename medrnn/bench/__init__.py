"""Measurements that stand in this project's texts, each printed by a command."""

from medrnn.bench.novelty import bench_novelty

BENCHES = {"novelty": bench_novelty}

"""The bench of maps says what it measured: both ways of row occlusion, and each method with what it states to cost."""

import torch

from medrnn.bench import explain as bench
from medrnn.explanation.attribution.methods import METHODS
from medrnn.models.catalog import find_card


def test_what_is_printed(monkeypatch):
    monkeypatch.setattr(bench, "STEPS", 12)
    monkeypatch.setattr(bench, "UNITS", 8)
    monkeypatch.setattr(bench, "BATCHES", (4, 8))
    monkeypatch.setattr(bench, "METHODS", {name: METHODS[name] for name in ("saliency", "grad-cam")})
    threads = torch.get_num_threads()
    found = bench.bench_explain()
    assert torch.get_num_threads() == threads and found["threads"] <= 2 and found["device"] == "cpu"
    rows = found["row_occlusion"]
    assert rows["steps"] == 12 and rows["captum_batch"] in (4, 8) and rows["max_difference"] < 1e-5
    assert all(rows[f"{way}_ms"] > 0 for way in ("ours", "captum", "captum_batched"))
    assert [(one["method"], one["network"], one["forwards"]) for one in found["methods"]] == [
        (
            "saliency",
            "pneumonia-lstm-forward",
            METHODS["saliency"].cost(find_card("chest-rows").config.reading),
        ),
        ("grad-cam", "chest-rows", 3),
    ]
    assert all(one["ms"] > 0 for one in found["methods"])

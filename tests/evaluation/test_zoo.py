"""The table of all shipped models: figures of the cards, computed again by hand."""

import json
import math
import statistics

from medrnn.evaluation.zoo import PUBLISHED, to_markdown, zoo
from medrnn.models.catalog import MODELS, SHIPPED
from tests.conftest import ROOT


def test_means_and_standard_errors_are_those_of_the_seeds():
    rows = {row.name: row for row in zoo()}
    assert list(rows)[: len(MODELS)] == list(MODELS)
    for name in MODELS:
        metrics = json.loads((SHIPPED / name / "card.json").read_text())["metrics"]
        seeds = [seed["test"]["accuracy"] for seed in metrics.get("seeds", [])]
        found = rows[name].accuracy
        if not seeds:
            assert (found.mean, found.error, found.seeds) == (metrics["test"]["accuracy"], None, 1)
            continue
        assert math.isclose(found.mean, statistics.mean(seeds))
        assert math.isclose(found.error, statistics.stdev(seeds) / math.sqrt(len(seeds)))


def test_the_readme_shows_the_table_as_it_is_printed():
    assert to_markdown(zoo()) in (ROOT / "README.md").read_text(encoding="utf-8")


def test_published_figures_name_their_source_and_are_no_model_of_ours():
    assert all(row.source and row.parameters is None for row in PUBLISHED)
    assert to_markdown(PUBLISHED).count("| *") == len(PUBLISHED)

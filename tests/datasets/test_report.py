"""What was found in a set as files: every number once, under its name, with the research-only line."""

import csv
import io
import json

import numpy as np
import pytest

from medrnn.datasets import report
from medrnn.datasets.examine import examine
from medrnn.datasets.records import Dataset, Findings, Split


@pytest.fixture
def data(rng):
    def split(count, start):
        return Split(
            rng.integers(0, 256, (count, 20, 20), np.uint8),
            np.arange(count) % 2,
            np.arange(start, start + count),
        )

    findings = Findings({"PNG": 14}, {"40 x 30": 14}, {"no-image": 2}, ("val",), "name", True, 1)
    made = Dataset(
        "x", "Own data abc", ("ill, or so", "well"), split(8, 0), split(4, 8), split(2, 11), findings=findings
    )
    made.test.images[1] = made.train.images[2]
    return made


def test_the_table_holds_every_fact(data):
    head, titles, *rows = csv.reader(io.StringIO(report.to_csv(data, examine(data))))
    assert head[0].startswith("# Research and teaching only, not for diagnosis") and data.digest in ",".join(
        head
    )
    assert titles == ["what", "split", "of", "value"]
    assert ["images", "train", "ill, or so", "4"] in rows and ["images", "test", "well", "1"] in rows
    assert ["patients", "train", "", "8"] in rows and ["patients in two splits", "val test", "", "1"] in rows
    assert ["left out", "", "files that are no images", "2"] in rows
    assert ["same picture", "train test", "3 2", "1.0000"] in rows


def test_the_record_is_plain_json(data):
    found = json.loads(json.dumps(report.to_dict(data, examine(data)), allow_nan=False))
    assert found["counts"]["val"] == {"ill, or so": 2, "well": 2} and found["digest"] == data.digest
    assert found["findings"]["is_by_patient"] and found["pairs"][0]["places"] == [2, 1]


def test_a_row_a_class(data):
    assert report.counts_rows(data, examine(data))[0] == {
        "Class": "ill, or so",
        "train": 4,
        "val": 2,
        "test": 1,
        "all": 7,
    }

"""Sets of DICOM files: patients by their own id, series as slices or as their middle one, nothing of a name kept."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from medrnn.datasets import files, load_dataset, own
from medrnn.datasets.choices import Choices
from medrnn.datasets.examine import examine
from medrnn.datasets.files import read_files
from medrnn.datasets.making import make_set
from medrnn.errors import DataError, ImageError
from tests.datasets.test_layouts import lay, picture
from tests.imaging.made import make_dicom


def image(level):
    return np.full((30, 30), level, np.uint8)


def dicom(level, patient="", **tags):
    return make_dicom(image(level), PatientID=patient, WindowCenter=128, WindowWidth=256, **tags)


def of_patients(count=12, each=3):
    """Files of ``count`` patients, one class each; a picture's level tells its patient."""
    for patient in range(count):
        for k in range(each):
            data = dicom(10 * patient + k, f"Doe-{patient}")
            yield f"set/{'ill' if patient % 2 else 'well'}/{patient}x{k}", data


def test_dicoms_own_id_keeps_patients_apart_and_leaves_nothing():
    data = make_set(read_files(of_patients()), "x")
    assert (data.findings.patients, data.findings.is_by_patient) == ("dicom", True)
    assert data.findings.kinds == {"DICOM": 36} and data.classes == ("ill", "well")
    held = [set(split.groups.tolist()) for split in (data.train, data.val, data.test)]
    assert all(held) and sum(map(len, held)) == len(set.union(*held)) == 12
    name = own.keep(data)
    everything = b"".join(f.read_bytes() for f in (own.own_folder() / name.removeprefix("own:")).iterdir())
    assert b"Doe" not in everything and "Doe" not in json.dumps(asdict(data.findings)) + data.about


def test_a_change_of_rule_deals_anew():
    read = read_files(of_patients())
    assert read.offers().rules == ("auto", "dicom", "name", "pattern", "none")
    none = make_set(read, "x", Choices(patients="none"))
    assert none.train.groups is None and "within each class" in none.about
    seeds = {make_set(read, "x", Choices(seed=seed)).digest for seed in range(3)}
    assert len(seeds) == 3 and none.digest not in seeds


def test_a_folder_within_the_class_tells_the_patient(tmp_path):
    counts = {f"{'ill' if k % 2 else 'well'}__p{k}": 3 for k in range(8)}
    lay(tmp_path / "own", **counts)
    data = load_dataset(tmp_path / "own", Choices(patients="folder"))
    assert data.findings.is_by_patient
    held = [set(split.groups.tolist()) for split in (data.train, data.val, data.test)]
    assert sum(map(len, held)) == 8


def series(level, number, count=5):
    for k in range(count):
        tags = {
            "SeriesInstanceUID": f"1.2.{number}", "InstanceNumber": count - k,
            "ImagePositionPatient": [0, 0, float(k)], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        }  # fmt: skip
        yield f"slice{k}", dicom(level + k, f"p{number}", **tags)


def of_series():
    for number in range(8):
        for name, data in series(20 * number, number):
            yield f"{'ill' if number % 2 else 'well'}/exam{number}/{name}", data


def test_a_series_is_its_slices_or_the_middle_one():
    read = read_files(of_series())
    assert read.offers().series == 8
    each, middle = make_set(read, "x"), make_set(read, "x", Choices(series="middle"))
    assert sum(each.counts.values()) == 40 and sum(middle.counts.values()) == 8
    assert middle.findings.left_out == {"slice": 32}
    levels = [int(one[0, 0]) for split in (middle.train, middle.val, middle.test) for one in split.images]
    assert sorted(levels) == [20 * number + 2 for number in range(8)]


def test_fewer_patients_than_splits_are_dealt_by_image_and_said():
    data = make_set(read_files(of_patients(2, 6)), "x")
    assert not data.findings.is_by_patient and "within each class" in data.about


def test_many_pictures_are_kept_at_one_size_only(monkeypatch):
    monkeypatch.setattr(files, "SETTLED_BYTES", 100_000)
    read = read_files((f"{'ab'[k % 2]}/{k}.png", picture(k)) for k in range(20))
    assert read.sides == (28,) and read.nbytes == 20 * 28 * 28
    assert sum(make_set(read, "x").counts.values()) == 20
    monkeypatch.setattr(files, "MOST_BYTES", 5_000)
    with pytest.raises(DataError, match="as they are learnt from, these are more"):
        read_files((f"{'ab'[k % 2]}/{k}.png", picture(k)) for k in range(20))


def test_what_cannot_be_unpacked_is_left_out_and_nothing_sensible_is_refused_with_reasons():
    with pytest.raises(DataError, match="at least 3 images of each of two classes, got 0, 0") as caught:
        make_set(
            read_files([("a/0.png", ImageError("x")), ("a/notes.txt", b"x"), ("b/1.png", b"\x89PNG half")]),
            "x",
        )
    assert "Left out:" in str(caught.value)


def test_the_sentence_of_a_set_names_no_file(tmp_path):
    lay(tmp_path / "own", sick=2, well=2)
    (tmp_path / "own" / "sick" / "Doe_Jane.txt").write_text("x")
    with pytest.raises(DataError, match="Left out: 4 images of classes with too few") as caught:
        load_dataset(tmp_path / "own")
    assert "Left out: 1 file that is no image" in str(caught.value) and "Doe" not in str(caught.value)


def test_given_splits_are_dealt_anew_by_patient_where_that_is_asked():
    def given():
        for number, (path, data) in enumerate(of_patients()):
            split = ("train", "train", "test")[number % 3]  # every patient stands in both
            yield path.replace("set/", f"set/{split}/"), data

    read = read_files(given())
    assert read.offers().is_given
    assert len(examine(make_set(read, "x")).shared) > 0
    anew = make_set(read, "x", Choices(is_anew=True))
    assert examine(anew).shared == () and anew.findings.dealt == ("train", "val", "test")
    assert sum(anew.counts.values()) == 36 and anew.findings.is_by_patient

"""A CSV beside the images: its columns told by their titles or by what stands in them; what does not fit is counted."""

import numpy as np
import pytest

from medrnn.datasets import load_dataset
from medrnn.datasets.drawing import Drawn
from medrnn.datasets.files import Files, Item
from medrnn.datasets.table import read_table
from medrnn.errors import DataError
from tests.datasets.test_layouts import picture

PATHS = [f"pics/im{k}.png" for k in range(6)]


def table(*lines):
    return "\n".join(lines).encode()


def body(template="pics/im{k}.png,{label}", count=6):
    return [template.format(k=k, label="ab"[k % 2]) for k in range(count)]


@pytest.mark.parametrize(
    "lines",
    [
        ["file,label", *body()],
        ["Image_Path;Diagnosis", *body("pics/im{k}.png;{label}")],
        ["filename\tclass", *body("im{k}.png\t{label}")],
        ["id,dx", *body("im{k},{label}")],
        ["what,which", *body("./pics/im{k}.png,{label}")],
        ["name,label", *body("C:\\\\data\\\\im{k}.png,{label}")],
        ["\ufefffile,label", *body()],
        ["label,age,file", *body("{label},{k},pics/im{k}.png")],
    ],
    ids=range(8),
)
def test_columns_are_told_by_titles_and_by_what_stands_in_them(lines):
    found = read_table(table(*lines), PATHS)
    assert found.classes == ("a", "b") and [found.files[path].label for path in PATHS] == [0, 1] * 3
    assert found.left_out == {} and not found.more_left_out


def test_splits_and_patients_are_read_and_what_does_not_fit_is_counted():
    lines = [
        "file,label,Split,patient_id",
        "im0.png,a,Training,p1", "im1.png,b,training,p2", "im2.png,a,valid,p3", "im3.png,b,test,p1",
        "gone.png,a,train,p9", "im4.png,,train,p4",
    ]  # fmt: skip
    found = read_table(table(*lines), PATHS)
    assert [found.files[path].split for path in PATHS[:4]] == ["train", "train", "val", "test"]
    assert [found.files[path].patient for path in PATHS[:4]] == ["p1", "p2", "p3", "p1"]
    assert found.left_out == {PATHS[4]: "unlisted", PATHS[5]: "unlisted"}
    assert found.more_left_out == {"missing": 1, "no-label": 1}


def test_labels_that_are_numbers_stand_in_their_order():
    lines = ["file,label", *(f"im{k}.png,{[10, 9, 2][k % 3]}" for k in range(6))]
    assert read_table(table(*lines), PATHS).classes == ("2", "9", "10")


def test_one_name_in_two_folders_means_neither():
    lines = ["file,label", "im0.png,a", "im1.png,b", "im2.png,a", "im3.png,b"]
    found = read_table(table(*lines), [*PATHS, "other/im0.png"])
    assert PATHS[0] not in found.files and found.more_left_out == {"missing": 1}


@pytest.mark.parametrize(
    ("raw", "match"),
    [
        (b"", "a line of titles"),
        (b"file\nim0.png", "a line of titles"),
        (table("file,label", "x.png,a", "y.png,b"), "names the images beside the table, none of its 2 does"),
        (table("file,age,weight", *body("im{k}.png,1,2")), "a column of labels, got 3 columns"),
        (table("file,label", *body("im{k}.png,{k}")), "a few labels for all images, got 6 for 6"),
        (table("file,label", *body("im{k}.png,a")), "a few labels for all images, got 1 for 6"),
    ],
    ids=range(6),
)
def test_another_table_is_refused_with_the_cure(raw, match):
    with pytest.raises(DataError, match=match):
        read_table(raw, PATHS)


def test_a_folder_with_a_table_is_a_set_by_patient(tmp_path):
    (tmp_path / "own" / "pics").mkdir(parents=True)
    for k in range(40):
        (tmp_path / "own" / "pics" / f"im{k}.png").write_bytes(picture(k))
    lines = ["file,label,patient", *(f"im{k}.png,{'ab'[k // 2 % 2]},p{k // 2}" for k in range(40))]
    (tmp_path / "own" / "labels.csv").write_text("\n".join(lines))
    data = load_dataset(tmp_path / "own")
    assert data.classes == ("a", "b") and sum(data.counts.values()) == 40
    assert (data.findings.patients, data.findings.is_by_patient) == (
        "table",
        True,
    ) and "patient by patient" in data.about
    held = [set(split.groups.tolist()) for split in (data.train, data.val, data.test)]
    assert all(held) and len(set.union(*held)) == sum(map(len, held)) == 20
    for split in (data.train, data.val, data.test):  # a picture's level is its number, two to a patient
        by_patient = {}
        for image, patient in zip(split.images, split.groups, strict=True):
            by_patient.setdefault(int(patient), set()).add(int(image[0, 0]) // 2)
        assert all(len(one) == 1 for one in by_patient.values())


def test_a_table_that_says_nothing_of_the_images_gives_way_to_the_folders(tmp_path):
    for name in ("a", "b"):
        (tmp_path / "own" / name).mkdir(parents=True)
        for k in range(4):
            (tmp_path / "own" / name / f"{k}.png").write_bytes(picture(k))
    (tmp_path / "own" / "notes.csv").write_text("when,who\nmonday,me\n")
    assert load_dataset(tmp_path / "own").classes == ("a", "b")


def test_more_labels_than_classes_can_be_told_apart_are_refused():
    paths = [f"im{k}.png" for k in range(2_002)]
    rows = table("file,label", *(f"{path},c{k // 2}" for k, path in enumerate(paths)))
    with pytest.raises(DataError, match="at most 1,000 classes, got 1,001"):
        read_table(rows, paths)


@pytest.mark.parametrize(
    ("again", "is_disputed"),
    [
        ("pics/im0.png,a,train,p1", False),
        ("im0 , a ,Training,p1", False),
        ("pics/im0.png,b,train,p1", True),
        ("pics/im0.png,a,test,p1", True),
        ("pics/im0.png,a,train,p2", True),
    ],
    ids=["the same", "the same, written otherwise", "label", "split", "patient"],
)
@pytest.mark.parametrize("at", [1, 7], ids=["before", "behind"])
def test_an_image_that_stands_in_two_lines_counts_once_or_where_they_differ_not_at_all(
    again, is_disputed, at
):
    lines = ["file,label,split,patient", *(f"pics/im{k}.png,{'ab'[k % 2]},train,p1" for k in range(6))]
    lines.insert(at, again)
    found = read_table(table(*lines), PATHS)
    assert (PATHS[0] in found.files) != is_disputed and len(found.files) == 6 - is_disputed
    assert found.left_out == ({PATHS[0]: "disputed"} if is_disputed else {})
    assert dict(found.more_left_out) == ({} if is_disputed else {"repeated": 1})


def test_where_lines_dispute_every_image_it_is_said():
    lines = ["file,label", *body(), *(f"pics/im{k}.png,c" for k in range(6))]
    with pytest.raises(
        DataError, match="got 0 for 0.* Left out: 6 images of which lines of the table say diff"
    ):
        read_table(table(*lines), PATHS)


def laid(names, *lines):
    drawn = Drawn({(28, "none"): np.zeros((28, 28), np.uint8)}, (28, 28), 1)
    return Files([Item(name, drawn, "PNG") for name in names], tables={"t.csv": table(*lines)}).layout()


def test_a_table_that_names_few_of_the_images_is_no_layout_and_it_is_said():
    names = [f"im{k}.png" for k in range(13)]
    assert len(laid(names[:12], "file,label", *body("im{k}.png,{label}"), "im0.png,b").files) == 5
    with pytest.raises(DataError, match="at least half of the 13 images, this one names 6. Add lines"):
        laid(names, "file,label", *body("im{k}.png,{label}"), "im0.png,b")

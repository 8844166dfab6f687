"""Sets as people have them: read for what they are, or refused before anything is trained, with what was found."""

import io
import shutil
import zipfile
from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from medrnn.config import TrainConfig
from medrnn.datasets import load_dataset
from medrnn.datasets.checks import require_trainable
from medrnn.datasets.choices import Choices
from medrnn.datasets.drawing import Drawn
from medrnn.datasets.files import Files, Item
from medrnn.datasets.layout import find_layout
from medrnn.datasets.making import make_set
from medrnn.errors import DataError
from medrnn.training.run import train
from tests.datasets.test_datasets import arrays


def picture(level):
    """PNG bytes of one grey level, by which an image is known again."""
    file = io.BytesIO()
    Image.fromarray(np.full((8, 8), level, np.uint8)).save(file, "PNG")
    return file.getvalue()


def lay(folder, **counts):
    """Files of one grey level each under ``a__b`` = folder a/b; returns the levels by folder."""
    levels, level = {}, 0
    for name, count in counts.items():
        place = folder.joinpath(*name.split("__"))
        place.mkdir(parents=True, exist_ok=True)
        levels[name] = list(range(level, level + count))
        for k in levels[name]:
            (place / f"{k:03}.png").write_bytes(picture(k))
        level += count
    return levels


def levels_of(split):
    return sorted(split.images[:, 0, 0].tolist())


WAYS = [
    ("train", "val", "test"),
    ("Training", "valid", "Testing"),
    ("TRAIN", "Validation", "Test"),
    ("train", "dev", "test"),
]


@pytest.mark.parametrize("wrapped", [(), ("set",), ("download", "set v2")])
@pytest.mark.parametrize("names", WAYS, ids=lambda names: names[1])
def test_splits_are_known_by_the_names_that_people_give_them(tmp_path, names, wrapped):
    inside = tmp_path.joinpath("own", *wrapped)
    levels = {}
    for name, count in zip(names, (4, 2, 3), strict=True):
        levels[name] = lay(inside / name, sick=count, well=count)
    data = load_dataset(tmp_path / "own")
    assert data.classes == ("sick", "well") and data.counts == {"train": 8, "val": 4, "test": 6}
    assert levels_of(data.val) == [0, 1, 2, 3] and data.val.labels.tolist() == [0, 0, 1, 1]


def test_images_of_a_class_may_lie_deeper(tmp_path):
    lay(tmp_path / "own", sick__patient1=3, sick__patient2=4, well=5)
    data = load_dataset(tmp_path / "own")
    assert sum(data.counts.values()) == 12 and data.classes == ("sick", "well")


def test_validation_is_dealt_out_of_train_where_it_is_missing(tmp_path):
    lay(tmp_path / "own", train__sick=20, train__well=20, test__sick=5, test__well=5)
    data = load_dataset(tmp_path / "own")
    assert data.counts == {"train": 34, "val": 6, "test": 10} and "val dealt out" in data.about
    assert levels_of(data.train) + levels_of(data.val) != [] and not set(levels_of(data.train)) & set(
        levels_of(data.val)
    )
    assert levels_of(data.test) == list(range(40, 50))


@pytest.mark.parametrize("count", [3, 4, 5, 7, 20])
def test_however_few_images_every_class_is_in_every_split(tmp_path, count):
    lay(tmp_path / "own", sick=count, well=20)
    data = load_dataset(tmp_path / "own")
    everything = [level for split in (data.train, data.val, data.test) for level in levels_of(split)]
    assert sorted(everything) == list(range(count + 20))
    assert all(set(split.labels) == {0, 1} for split in (data.train, data.val, data.test))


def test_what_systems_leave_behind_is_no_image(tmp_path):
    lay(tmp_path / "own", sick=4, well=4)
    for name in ("Thumbs.db", "desktop.ini", ".DS_Store"):
        (tmp_path / "own" / "sick" / name).write_bytes(b"\0")
    lay(tmp_path / "own" / "__MACOSX", sick=2)
    assert sum(load_dataset(tmp_path / "own").counts.values()) == 8


@pytest.mark.parametrize(
    ("counts", "match"),
    [
        ({"sick": 1}, "at least two classes in the folder, got 1"),
        (
            {"sick": 2, "well": 9},
            "at least 3 images of each of two classes, got 2, 9.* Left out: 2 images of classes with too few",
        ),
        ({"": 7}, "a folder for each class in the folder, got 7 files without any"),
        (
            {"val__sick": 4, "test__well": 4},
            "got test, val without train. Add it, or give class folders alone",
        ),
        (
            {"train__a": 4, "train__b": 4, "val__a": 2, "valid__a": 2, "test__a": 2},
            "one folder for val, got 'val' and 'valid'",
        ),
        ({"train__a": 4, "train__b": 0, "val__a": 2, "test__a": 2}, "at least two classes in train, got 1"),
    ],
)
def test_what_cannot_be_told_apart_is_refused_with_what_was_found(tmp_path, counts, match):
    (tmp_path / "own").mkdir()
    lay(tmp_path / "own", **counts)
    with pytest.raises(DataError, match=match):
        load_dataset(tmp_path / "own")


@pytest.mark.parametrize(
    ("counts", "left_out", "dealt"),
    [
        ({"": 2, "sick": 4, "well": 4}, {"loose": 2}, ("train", "val", "test")),
        ({"sick": 4, "well": 4, "odd": 2}, {"few": 2}, ("train", "val", "test")),
        ({"train__a": 6, "train__b": 6, "test": 3}, {"loose": 3}, ("val", "test")),
        ({"train__a": 6, "train__b": 6}, {}, ("val", "test")),
        ({"train__a": 6, "train__b": 6, "val__a": 2, "val__b": 2}, {}, ("test",)),
        ({"train__a": 6, "train__b": 6, "test__a": 2, "test__c": 2}, {"strange": 2}, ("val",)),
        ({"train__a": 6, "train__b": 6, "test__a": 2, "masks__a": 4}, {"beside": 4}, ("val",)),
        ({"train__a": 6, "train__b": 6, "train__c": 1, "test__a": 2, "test__c": 2}, {"few": 3}, ("val",)),
    ],
    ids=range(8),
)
def test_what_has_no_place_is_left_out_and_what_is_missing_dealt(tmp_path, counts, left_out, dealt):
    (tmp_path / "own").mkdir()
    levels = lay(tmp_path / "own", **counts)
    data = load_dataset(tmp_path / "own")
    assert data.findings.left_out == left_out and data.findings.dealt == dealt
    everything = [level for split in (data.train, data.val, data.test) for level in levels_of(split)]
    assert len(everything) == len(set(everything)) == sum(map(len, levels.values())) - sum(left_out.values())
    assert all(len(split) for split in (data.train, data.val, data.test))


def test_a_volume_among_images_is_left_out_unless_a_cut_is_chosen(tmp_path):
    lay(tmp_path / "own", sick=4, well=4)
    values = np.zeros((9, 9, 5), np.int16)
    values[..., 1] = 400
    volume = nib.Nifti1Image(values, np.eye(4))
    (tmp_path / "own" / "sick" / "0volume.nii").write_bytes(volume.to_bytes())
    data = load_dataset(tmp_path / "own")
    assert data.findings.left_out == {"volume": 1} and sum(data.counts.values()) == 8
    levels = {}
    for cut in ("middle", "mean", "maximum"):
        found = load_dataset(tmp_path / "own", Choices(cut=cut))
        assert sum(found.counts.values()) == 9 and found.findings.left_out == {}
        (levels[cut],) = {
            level for split in (found.train, found.val, found.test) for level in levels_of(split)
        } - set(range(8)) or {0}
    assert levels["maximum"] == 255 and levels["mean"] == 51  # one slice of five is white


@pytest.mark.parametrize(
    ("side", "expected"), [(20, 28), (28, 28), (63, 28), (64, 64), (127, 64), (500, 128)]
)
def test_the_size_follows_from_the_images_and_can_be_chosen(tmp_path, side, expected):
    for name in ("a", "b"):
        (tmp_path / "own" / name).mkdir(parents=True)
        for k in range(3):
            Image.fromarray(np.full((side, side + 40), k, np.uint8)).save(
                tmp_path / "own" / name / f"{k}.png"
            )
    data = load_dataset(tmp_path / "own")
    assert data.size == (expected, expected) and data.findings.sizes == {f"{side} x {side + 40}": 6}
    assert load_dataset(tmp_path / "own", Choices(side=64)).size == (64, 64)


def test_a_zip_is_read_as_its_folder_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    lay(tmp_path / "set" / "own", train__a=4, train__b=4, val__a=1, val__b=1, test__a=2, test__b=2)
    shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "set")
    from_zip, from_folder = load_dataset(tmp_path / "packed.zip"), load_dataset(tmp_path / "set")
    assert from_zip.digest == from_folder.digest and from_zip.name == "packed"
    assert not any((tmp_path / "temp").iterdir())


def test_a_zip_writes_nowhere_else(tmp_path):
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as packed:
        for k in range(4):
            packed.writestr(f"a/{k}.png", picture(k))
            packed.writestr(f"b/{k}.png", picture(9 + k))
        packed.writestr("../../outside.png", b"no image")
        packed.writestr("a/notes.txt", b"no image")
    found = load_dataset(tmp_path / "bad.zip")
    assert found.findings.left_out == {"no-image": 2} and sum(found.counts.values()) == 8
    assert (
        not (tmp_path.parent / "outside.png").exists()
        and not (tmp_path.parent.parent / "outside.png").exists()
    )


@pytest.mark.parametrize("data", [b"", b"PK\3\4 nothing", b"no zip"])
def test_a_damaged_zip_is_a_sentence(tmp_path, data):
    (tmp_path / "bad.zip").write_bytes(data)
    with pytest.raises(DataError, match="a zip that can be unpacked"):
        load_dataset(tmp_path / "bad.zip")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"train": 0}, r"got none in train \(train 0, val 6, test 6\)"),
        ({"train": 0, "val": 0, "test": 0}, r"got none in train"),
    ],
)
def test_an_empty_split_is_refused_before_the_run(rng, tmp_path, change, match):
    made = arrays(rng)
    for split, count in change.items():
        made |= {f"{split}_{part}": made[f"{split}_{part}"][:count] for part in ("images", "labels")}
    np.savez(tmp_path / "own.npz", **made)
    config = replace(TrainConfig(), data=str(tmp_path / "own.npz"), epochs=1)
    with pytest.raises(DataError, match=match):
        next(iter(train(config, tmp_path / "run")))
    assert not (tmp_path / "run" / "config.json").exists()  # nothing was begun


@pytest.mark.parametrize(
    ("split", "labels", "match"),
    [
        ("train", [1] * 6, "at least two classes, got 6 of one"),
        ("test", [0, 1, 2, 0, 1, 2], "got 'class 2', which train has not"),
    ],
)
def test_labels_that_cannot_be_learnt_are_refused(rng, tmp_path, split, labels, match):
    np.savez(tmp_path / "own.npz", **(arrays(rng) | {f"{split}_labels": np.array(labels)}))
    with pytest.raises(DataError, match=match):
        require_trainable(load_dataset(tmp_path / "own.npz"))


@pytest.mark.parametrize("empty", [("test",), ("val",), ("val", "test")], ids="-".join)
@pytest.mark.parametrize("is_there", [True, False])
def test_an_empty_split_of_a_file_is_dealt_out_and_said(rng, tmp_path, empty, is_there):
    made = arrays(rng, count=20)
    for split in empty:
        for part in ("images", "labels"):
            key = f"{split}_{part}"
            made[key] = made[key][:0]
            if not is_there:
                del made[key]
    np.savez(tmp_path / "own.npz", **made)
    data = load_dataset(tmp_path / "own.npz")
    require_trainable(data)
    assert data.findings.dealt == empty and data.about.startswith(
        f"No images in {' and '.join(empty)}: dealt out"
    )
    of_train = np.concatenate([data.train.images, *(getattr(data, split).images for split in empty)])
    assert sorted(map(bytes, of_train)) == sorted(map(bytes, made["train_images"]))


def test_the_smallest_set_that_is_read_trains_to_the_end(tmp_path):
    lay(tmp_path / "own", sick=3, well=3)
    config = replace(TrainConfig(), data=str(tmp_path / "own"), epochs=1)
    *_, last = train(config, tmp_path / "run")
    assert last.kind == "finished" and last.data["n"] == 2


def test_a_zip_whose_bytes_were_changed_is_a_sentence(tmp_path):
    with zipfile.ZipFile(tmp_path / "bad.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a/0.png", bytes(range(256)) * 40)
        packed.writestr("b/0.png", bytes(range(256)) * 40)
    data = bytearray((tmp_path / "bad.zip").read_bytes())
    data[30 + len("a/0.png")] = (
        0xFF  # the first packed stream begins with a kind of block that there is none of
    )
    (tmp_path / "bad.zip").write_bytes(data)
    with pytest.raises(DataError, match="a zip that can be unpacked"):
        load_dataset(tmp_path / "bad.zip")


def test_many_classes_with_too_few_images_are_counted_in_one_short_sentence():
    paths = [f"c{k:03}/{n}.png" for k in range(900) for n in range(1 + k % 2)]
    drawn = Drawn({(28, "none"): np.zeros((28, 28), np.uint8)}, (32, 32), 1)
    with pytest.raises(
        DataError, match="each of two classes, got 900 classes of 1 to 2. Add images"
    ) as found:
        make_set(Files([Item(path, drawn, "PNG") for path in paths], sides=(28,)), "many")
    assert len(str(found.value)) < 200


def test_more_class_folders_than_classes_can_be_told_apart_are_refused():
    paths = [f"c{k:04}/{n}.png" for k in range(1_001) for n in range(3)]
    assert len(find_layout(paths[:-3]).classes) == 1_000
    with pytest.raises(DataError, match="at most 1,000 classes, got 1,001. Join some, or leave some out"):
        find_layout(paths)

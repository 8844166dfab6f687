"""The shipped sets with their published counts, MedMNIST files, folders, and what is refused."""

import numpy as np
import pytest
from PIL import Image

from medrnn.config import ReadingConfig
from medrnn.datasets import load_dataset
from medrnn.errors import DataError
from medrnn.evaluation.evaluate import to_grids


def arrays(rng, count=6, shape=(28, 28), classes=2):
    made = {}
    for split in ("train", "val", "test"):
        made[f"{split}_images"] = rng.integers(0, 256, (count, *shape), np.uint8)
        made[f"{split}_labels"] = (np.arange(count) % classes)[:, None].astype(np.uint8)
    return made


def test_pneumoniamnist_has_its_official_counts():
    data = load_dataset("pneumoniamnist")
    assert data.counts == {"train": 4708, "val": 524, "test": 624}
    assert np.bincount(data.train.labels).tolist() == [1214, 3494]
    assert np.bincount(data.test.labels).tolist() == [234, 390]
    assert data.size == (28, 28)


def test_breast_ultrasound_holds_no_picture_twice():
    from medrnn.datasets.examine import examine

    data = load_dataset("busi64")
    assert data.counts == {"train": 411, "val": 60, "test": 117} and data.size == (64, 64)
    assert np.bincount(data.test.labels).tolist() == [18, 63, 36]
    assert examine(data).pairs == ()


def test_mnist_has_its_published_counts_and_first_labels():
    data = load_dataset("mnist")
    assert data.counts == {"train": 55_000, "val": 5_000, "test": 10_000}
    assert data.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert data.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(data.test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_a_medmnist_file_is_read(rng, tmp_path):
    made = arrays(rng, classes=3)
    np.savez(tmp_path / "own.npz", **made)
    data = load_dataset(tmp_path / "own.npz")
    assert data.name == "own"
    assert len(data.classes) == 3
    np.testing.assert_array_equal(data.val.images, made["val_images"])


def test_colour_stays_and_a_grey_reading_takes_its_luminance(rng, tmp_path):
    made = arrays(rng, shape=(28, 28, 3))
    np.savez(tmp_path / "own.npz", **made)
    found = load_dataset(tmp_path / "own.npz")
    assert found.channels == "rgb"
    assert np.array_equal(found.test.images, made["test_images"])
    r, g, b = made["test_images"][0, 5, 7].astype(float) / 255
    grey = to_grids(found.test.images, ReadingConfig())
    assert float(grey[0, 5, 7]) == pytest.approx(0.299 * r + 0.587 * g + 0.114 * b, abs=1e-6)
    assert np.array_equal(
        np.rint(255 * to_grids(found.test.images, ReadingConfig(channels="rgb")).numpy()), made["test_images"]
    )


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda a: a.pop("val_labels"), "or images and labels alone, .* val_labels is missing"),
        (lambda a: a.update(train_images=a["train_images"].astype(np.float32)), "expected uint8"),
        (
            lambda a: a.update(train_labels=np.zeros((6, 14), np.uint8)),
            "as many labels an image in every split",
        ),
        (lambda a: a.update(test_labels=np.zeros((2, 1), np.uint8)), "expected 6 whole numbers"),
        (lambda a: a.update(train_labels=np.array([object()] * 6)), "cannot be read"),
    ],
)
def test_a_file_laid_out_otherwise_is_refused_with_the_reason(rng, tmp_path, change, match):
    made = arrays(rng)
    change(made)
    np.savez(tmp_path / "own.npz", **made)
    with pytest.raises(DataError, match=match):
        load_dataset(tmp_path / "own.npz")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nothing", b"\x80\x04pickle"])
def test_what_is_no_npz_file_is_refused(tmp_path, data):
    (tmp_path / "own.npz").write_bytes(data)
    with pytest.raises(DataError, match="npz file"):
        load_dataset(tmp_path / "own.npz")


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(DataError, match="pneumoniamnist, .*mnist"):
        load_dataset("chestmnist")


def write_images(folder, rng, count):
    folder.mkdir(parents=True)
    for k in range(count):
        Image.fromarray(rng.integers(0, 256, (40, 30), np.uint8)).save(folder / f"{k}.png")


def test_a_folder_is_split_within_each_class_and_no_file_is_in_two_splits(rng, tmp_path):
    for name in ("a", "b"):
        write_images(tmp_path / "set" / name, rng, 20)
    data = load_dataset(tmp_path / "set")
    assert data.classes == ("a", "b")
    assert data.counts == {"train": 28, "val": 6, "test": 6}
    assert np.bincount(data.test.labels).tolist() == [3, 3]
    everything = np.concatenate([s.images for s in (data.train, data.val, data.test)])
    assert len(np.unique(everything.reshape(40, -1), axis=0)) == 40


def test_a_folder_with_its_own_splits_keeps_them(rng, tmp_path):
    for split, count in (("train", 4), ("val", 2), ("test", 3)):
        for name in ("a", "b"):
            write_images(tmp_path / "set" / split / name, rng, count)
    assert load_dataset(tmp_path / "set").counts == {"train": 8, "val": 4, "test": 6}


def test_a_file_that_is_no_image_is_left_out_and_counted(rng, tmp_path):
    for name in ("a", "b"):
        write_images(tmp_path / "set" / name, rng, 10)
    (tmp_path / "set" / "a" / "notes.txt").write_text("no image")
    (tmp_path / "set" / "a" / "half.png").write_bytes((tmp_path / "set" / "a" / "0.png").read_bytes()[:60])
    found = load_dataset(tmp_path / "set")
    assert sum(found.counts.values()) == 20 and found.findings.left_out == {"no-image": 1, "damaged": 1}

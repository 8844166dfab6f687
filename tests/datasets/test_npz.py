"""MedMNIST's other layouts: several labels, volumes, larger images, patients; each choice said or asked for."""

import tracemalloc

import numpy as np
import pytest
from PIL import Image

from medrnn.datasets import load_dataset
from medrnn.datasets.choices import Choices
from medrnn.datasets.examine import examine
from medrnn.datasets.npz import fitting_classes, offers_of
from medrnn.errors import DataError
from tests.datasets.test_datasets import arrays


@pytest.fixture
def save(tmp_path):
    def saved(**made):
        np.savez(tmp_path / "own.npz", **made)
        return tmp_path / "own.npz"

    return saved


def with_labels(rng, width):
    made = arrays(rng, count=8)
    for split in ("train", "val", "test"):
        made[f"{split}_labels"] = rng.integers(0, 2, (8, width)).astype(np.uint8)
    made["train_labels"][:2] = 1  # surely not one alone
    return made


def test_of_several_labels_the_chosen_one_is_learnt_as_yes_or_no(rng, save):
    made = with_labels(rng, 14)
    path = save(**made)
    with pytest.raises(
        DataError, match="one label an image, got 14. Choose the label .* as yes or no, 1 to 14"
    ):
        load_dataset(path)
    data = load_dataset(path, Choices(label=3))
    assert data.classes == ("not label 4", "label 4") and "place 4, as yes or no" in data.about
    assert np.array_equal(data.val.labels, made["val_labels"][:, 3])
    with pytest.raises(DataError, match="expected 1 to 14, got 15"):
        load_dataset(path, Choices(label=14))


def test_one_label_of_several_that_is_ever_set_is_the_class(rng, save):
    made = arrays(rng, count=9, classes=3)
    plain = {split: made[f"{split}_labels"].ravel() for split in ("train", "val", "test")}
    made |= {f"{split}_labels": np.eye(3, dtype=np.uint8)[labels] for split, labels in plain.items()}
    assert offers_of(made).labels == 1
    data = load_dataset(save(**made))
    assert len(data.classes) == 3 and np.array_equal(data.test.labels, plain["test"])


@pytest.mark.parametrize("cut", ["middle", "mean", "maximum"])
def test_of_volumes_the_chosen_cut_is_learnt(rng, save, cut):
    made = arrays(rng, count=6, shape=(5, 28, 28))
    path = save(**made)
    assert offers_of(made).volumes == 6
    with pytest.raises(DataError, match="volumes of 5 slices. Choose .*, the cut .*: middle .*mean.*maximum"):
        load_dataset(path)
    volumes = made["test_images"].astype(float)
    expected = {"middle": volumes[:, 2], "mean": np.rint(volumes.mean(1)), "maximum": volumes.max(1)}[cut]
    assert np.array_equal(load_dataset(path, Choices(cut=cut)).test.images, expected)


def test_cubes_are_volumes_and_three_channels_are_colour(rng, save):
    assert load_dataset(save(**arrays(rng, shape=(28, 28, 28))), Choices(cut="middle")).size == (28, 28)
    assert load_dataset(save(**arrays(rng, shape=(28, 28, 3)))).channels == "rgb"
    assert load_dataset(save(**arrays(rng, shape=(28, 28, 1)))).channels == "grey"


@pytest.mark.parametrize("side", [28, 64, 128, 224])
def test_images_up_to_224_stay_as_they_are(rng, save, side):
    made = arrays(rng, count=2, shape=(side, side))
    assert np.array_equal(load_dataset(save(**made)).val.images, made["val_images"])


@pytest.mark.parametrize(
    ("shape", "choices", "side"), [((300, 260), {}, 224), ((130, 100, 3), {"side": 64}, 64)]
)
def test_larger_ones_and_a_stated_size_are_brought_there(rng, save, shape, choices, side):
    """Against Pillow's own bicubic filter of the centred square."""
    made = arrays(rng, count=2, shape=shape)
    y, x = np.indices(shape[:2])
    smooth = 128 + 60 * np.sin(y / 25) + 60 * np.cos(x / 31)  # Pillow rounds and clips between its two passes
    made["train_images"][0] = smooth[..., None] if len(shape) == 3 else smooth
    found = load_dataset(save(**made), Choices(**choices)).train.images[0]
    short = min(shape[:2])
    left, top = (shape[1] - short) // 2, (shape[0] - short) // 2
    picture = Image.fromarray(made["train_images"][0]).crop((left, top, left + short, top + short))
    expected = np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC))
    assert np.abs(found.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("name", ["groups", "patient", "patient_id"])
def test_patients_of_a_file_are_kept_and_val_is_dealt_by_them(rng, save, name):
    made = arrays(rng, count=30)
    made |= {
        f"{split}_{name}": np.arange(30) // 3 + 100 * k for k, split in enumerate(("train", "val", "test"))
    }
    del made["val_images"], made["val_labels"], made[f"val_{name}"]
    data = load_dataset(save(**made))
    assert data.findings.patients == "given" and data.findings.is_by_patient
    assert not set(data.train.groups) & set(data.val.groups) and len(data.val)
    assert load_dataset(save(**made), Choices(patients="none")).train.groups is None


def test_images_of_two_sizes_are_refused(rng, save):
    made = arrays(rng) | {"val_images": np.zeros((6, 30, 30), np.uint8)}
    with pytest.raises(DataError, match="one size and kind in all splits"):
        load_dataset(save(**made))


@pytest.mark.parametrize(
    ("field", "value"), [("cut", "top"), ("series", "x"), ("side", 65), ("patients", "x")]
)
def test_a_choice_that_is_none_is_refused(field, value):
    with pytest.raises(DataError, match=f"{field}: expected one of"):
        Choices(**{field: value})


def test_the_splits_of_a_file_are_dealt_anew_where_that_is_asked(rng, save):
    made = arrays(rng, count=20)
    made |= {
        f"{split}_groups": np.arange(20) // 2 for split in ("train", "val", "test")
    }  # ten patients, in every split
    path = save(**made)
    assert len(examine(load_dataset(path)).shared) == 3
    data = load_dataset(path, Choices(is_anew=True))
    assert examine(data).shared == () and data.findings.is_by_patient and "dealt out anew" in data.about
    every = np.concatenate([made[f"{split}_images"] for split in ("train", "val", "test")])
    assert sorted(map(bytes, every)) == sorted(
        bytes(i) for s in (data.train, data.val, data.test) for i in s.images
    )


@pytest.mark.parametrize("label", [1_000, 2_000_000, 10**12, 2**64 - 1], ids=str)
def test_a_label_beyond_all_classes_is_refused_before_classes_are_made_of_it(rng, save, label):
    made = arrays(rng)
    made["train_labels"] = made["train_labels"].astype(np.uint64)
    made["train_labels"][3] = label
    tracemalloc.start()
    with pytest.raises(DataError, match=f"at most 1,000 classes, numbered from 0, got the label {label:,}"):
        load_dataset(save(**made))
    assert tracemalloc.get_traced_memory()[1] < 10 << 20
    tracemalloc.stop()


def test_more_labels_an_image_than_classes_are_refused_before_they_are_on_offer(rng, save):
    made = arrays(rng)
    made |= {f"{split}_labels": np.ones((6, 1_001), np.uint8) for split in ("train", "val", "test")}
    for ask in (offers_of, lambda found: load_dataset(save(**found))):
        with pytest.raises(DataError, match="at most 1,000 labels an image, got 1,001"):
            ask(made)


ODD = {
    "nan": np.full(6, np.nan),
    "texts": np.array(list("abcdef")),
    "one number": np.array(1),
    "no column": np.zeros((6, 0), np.int64),
    "cubes": np.zeros((6, 2, 2), np.int64),
    "truths": np.ones(6, bool),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("split", ["train", "val"])
def test_labels_that_are_no_whole_numbers_are_asked_for_names_and_then_refused(rng, save, odd, split):
    made = arrays(rng) | {f"{split}_labels": odd}
    assert fitting_classes(made, tuple(f"name {k}" for k in range(9)))
    for names in ({}, {"classes": np.array(["a", "b", "c"])}):
        with pytest.raises(DataError, match=f"{split}_labels: expected 6 whole numbers from 0"):
            load_dataset(save(**made, **names))


@pytest.mark.parametrize("labels", [np.eye(3, dtype=np.uint8)[[0, 1, 2, 0, 1, 2]], np.ones((6, 3), np.uint8)])
def test_several_labels_in_one_split_and_one_in_another_are_refused(rng, save, labels):
    with pytest.raises(DataError, match=r"as many labels an image in every split, got \[1, 3\]"):
        load_dataset(save(**(arrays(rng) | {"train_labels": labels})), Choices(label=1))


@pytest.mark.parametrize("shape", [(), (6,), (6, 28)], ids=str)
def test_what_is_no_image_offers_nothing_and_is_refused(rng, save, shape):
    made = arrays(rng) | {"train_images": np.zeros(shape, np.uint8)}
    assert not offers_of(made).volumes
    with pytest.raises(DataError, match="train_images: expected uint8"):
        load_dataset(save(**made))


def test_two_classes_of_one_name_are_refused(rng, save):
    with pytest.raises(DataError, match="classes: expected different names, got 'a' twice"):
        load_dataset(save(**arrays(rng), classes=np.array(["a", "a"])))


def test_images_and_labels_alone_are_dealt_out_as_those_of_a_folder_are(rng, save):
    images, labels = rng.integers(0, 256, (60, 12, 12), np.uint8), np.arange(60) % 3
    data = load_dataset(save(images=images, labels=labels))
    assert (len(data.train), len(data.val), len(data.test)) == (42, 9, 9)
    assert data.findings.dealt == ("val", "test") and "dealt out of train within each class" in data.about
    every = np.concatenate([split.images for split in (data.train, data.val, data.test)])
    assert {one.tobytes() for one in every} == {one.tobytes() for one in images}
    assert np.bincount(data.test.labels).tolist() == [3, 3, 3]
    other = load_dataset(save(images=images, labels=labels), Choices(seed=1))
    assert not np.array_equal(other.test.images, data.test.images)


def test_patients_beside_plain_images_stay_in_one_split(rng, save):
    images, labels, patients = (
        rng.integers(0, 256, (60, 12, 12), np.uint8),
        np.arange(60) % 2,
        np.arange(60) // 4,
    )
    data = load_dataset(save(images=images, labels=labels, patient_id=patients))
    assert data.findings.is_by_patient
    seen = [set(split.groups.tolist()) for split in (data.train, data.val, data.test)]
    assert all(seen) and not (seen[0] & seen[1] or seen[0] & seen[2] or seen[1] & seen[2])


def test_with_a_split_beside_them_plain_images_are_no_set_of_their_own(rng, save):
    made = arrays(rng)
    plain = rng.integers(0, 256, (4, 28, 28), np.uint8)
    data = load_dataset(save(**made, images=plain, labels=np.zeros(4, int)))
    assert np.array_equal(data.train.images, made["train_images"])

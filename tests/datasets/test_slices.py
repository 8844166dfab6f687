"""Series as sheets: the shipped blocks are those of the volumes; MedMNIST's volumes and files of volumes."""

import numpy as np
import pytest

from medrnn.config.reading import read_slices
from medrnn.datasets import load_dataset
from medrnn.datasets.choices import Choices
from medrnn.datasets.npz import from_arrays
from medrnn.datasets.own import delete_own, keep, load_own, to_npz
from medrnn.datasets.slices import MS, read_ms_masks, to_sheets, to_stacks
from medrnn.errors import DataError
from medrnn.imaging.samples import read_sample, read_sample_mask
from medrnn.sequences import read_study
from medrnn.training.defaults import fit_defaults, shape_of


def test_sheets_come_back_as_stacks():
    stacks = np.random.default_rng(0).integers(0, 256, (3, 5, 4, 4), np.uint8)
    config = read_slices(5, 4, direction="reverse")
    np.testing.assert_array_equal(to_stacks(to_sheets(stacks, config), config), stacks)


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_what_is_labelled_a_lesion_has_one_in_its_middle(split):
    """As its source says: at least 12 voxels in the middle 16 x 16 of the two middle slices, or none in the block."""
    found, masks = getattr(load_dataset("ms-slices"), split), read_ms_masks(split)
    assert masks.shape == (len(found), MS.slices, MS.patch, MS.patch)
    middle = masks[:, 5:7, 8:24, 8:24].sum((1, 2, 3))
    assert (middle[found.labels == 1] >= 12).all()
    assert not middle[found.labels == 0].any()
    if split != "train":
        assert not masks[found.labels == 0].any()


def test_the_blocks_look_like_the_volume_of_the_same_person():
    """The gallery's volume is of the test split's person at 2 mm: brain is of the same grey value in both."""
    study = read_sample("ms-flair")
    reading = read_study(study, MS, frame=45)
    blocks = to_stacks(load_dataset("ms-slices").test.images, MS)
    inside = reading.grid[reading.grid > 0.3]
    assert np.median(inside) == pytest.approx(np.median(blocks[blocks > 76]) / 255, abs=0.03)
    assert read_sample_mask("ms-flair", study).labels.sum() == 1061  # as its source says


def volumes(count, slices, side, channels=()):
    return np.random.default_rng(1).integers(0, 256, (count, slices, side, side, *channels), np.uint8)


def arrays(**more):
    made = {}
    for split, count in (("train", 6), ("val", 4), ("test", 4)):
        made |= {
            f"{split}_images": volumes(count, 7, 6, **more),
            f"{split}_labels": np.arange(count)[:, None] % 2,
        }
    return made


@pytest.mark.parametrize("channels", [(), (3,)])
def test_volumes_of_an_npz_file_become_series(channels):
    given = arrays(channels=channels)
    data = from_arrays(given, "mine", choices=Choices(cut="slices"))
    assert data.reading == fit_defaults(shape_of(data)).reading
    assert (data.reading.slices, data.reading.patch) == (7, 6)
    assert data.train.images.shape[1:3] == data.reading.size
    first = data.train.images[:, :6, :6]
    np.testing.assert_array_equal(first, given["train_images"][:, 0])


def test_a_set_of_series_is_kept_with_its_reading(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDRNN_RUNS", str(tmp_path))
    data = from_arrays(arrays(), "mine", choices=Choices(cut="slices"))
    name = keep(data)
    found = load_own(name)
    delete_own(name)
    assert found.reading == data.reading
    np.testing.assert_array_equal(found.test.images, data.test.images)


def test_more_slices_than_are_read_are_refused():
    given = {name: value[:, [0] * 501] if "images" in name else value for name, value in arrays().items()}
    with pytest.raises(DataError, match="expected volumes of 2 to 500 slices, got 501"):
        from_arrays(given, "mine", choices=Choices(cut="slices"))


@pytest.mark.parametrize("name", ["ms-slices", "volumes"])
def test_a_saved_set_of_series_is_read_as_the_same_series(tmp_path, name):
    wide = {key: np.kron(one, np.ones((1, 1, 12, 12), np.uint8)) if "images" in key else one
            for key, one in arrays().items()}  # fmt: skip
    data = (
        load_dataset(name) if name == "ms-slices" else from_arrays(wide, name, choices=Choices(cut="slices"))
    )
    (tmp_path / "saved.npz").write_bytes(to_npz(data))
    found = load_dataset(tmp_path / "saved.npz")
    assert found.reading == data.reading
    np.testing.assert_array_equal(found.train.images, data.train.images)  # a sheet of 224 or more pixels too


@pytest.mark.parametrize("told", [[5, 0, 0, 0], [7, 0, 0], [np.nan, 0, 0, 0], [0, 0, 0, 0], [7, -1, 0, 0]])
def test_what_is_no_sheet_of_such_slices_is_refused(told):
    data = from_arrays(arrays(), "mine", choices=Choices(cut="slices"))
    made = {f"{split}_{part}": getattr(getattr(data, split), part)
            for split in ("train", "val", "test") for part in ("images", "labels")}  # fmt: skip
    with pytest.raises(DataError, match="series: expected what these images of .* are the sheets of"):
        from_arrays({**made, "series": np.array(told, float)}, "mine")

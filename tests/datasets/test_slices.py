"""Series as sheets: the shipped blocks are those of the volumes; MedMNIST's volumes and files of volumes."""

import io
from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest

from medrnn.config.reading import read_slices
from medrnn.datasets import load_dataset
from medrnn.datasets.as_study import as_study
from medrnn.datasets.choices import Choices
from medrnn.datasets.examine import examine
from medrnn.datasets.npz import from_arrays
from medrnn.datasets.own import delete_own, keep, load_own, to_npz
from medrnn.datasets.slices import MS, read_ms_masks, to_sheets, to_stacks
from medrnn.errors import DataError
from medrnn.imaging.samples import read_sample, read_sample_mask
from medrnn.sequences import on_sheet, read_study
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


@pytest.mark.parametrize(
    "told", [[5, 0, 0, 0, 0], [7, 0, 0, 0], [np.nan, 0, 0, 0, 0], [0, 0, 0, 0, 0], [7, -1, 0, 0, 0]]
)
def test_what_is_no_sheet_of_such_slices_is_refused(told):
    data = from_arrays(arrays(), "mine", choices=Choices(cut="slices"))
    made = {f"{split}_{part}": getattr(getattr(data, split), part)
            for split in ("train", "val", "test") for part in ("images", "labels")}  # fmt: skip
    with pytest.raises(DataError, match="series: expected what these images of .* are the sheets of"):
        from_arrays({**made, "series": np.array(told, float)}, "mine")


def write_volumes(folder, counts, side=12):
    """NIfTI volumes of so many slices each in two classes; slice k of one is of grey k + 1, its corners 0 and 255."""
    for k, count in enumerate(counts):
        values = np.broadcast_to(np.arange(1, count + 1, dtype=np.uint8), (side, side, count)).copy()
        values[0, 0], values[-1, -1] = 0, 255
        place = folder / ("empty", "spot")[k % 2] / f"{k:02d}.nii.gz"
        place.parent.mkdir(parents=True, exist_ok=True)
        nib.Nifti1Image(values, np.eye(4)).to_filename(place)


def greys(split, reading):
    """Of each series what its slices hold in the middle, the empty places of its sheet left out."""
    stacks = to_stacks(split.images, reading)
    return [one[:count, 5, 5].tolist() for one, count in zip(stacks, split.lengths, strict=True)]


def test_volumes_of_unlike_lengths_keep_their_own_slices(tmp_path):
    write_volumes(tmp_path, [3, 3, 4, 5, 7, 7, 4, 3, 5, 4, 40, 40])
    data = load_dataset(tmp_path, Choices(cut="slices", side=28))
    assert data.reading == read_slices(32, 28, short="masked")
    splits = (data.train, data.val, data.test)
    lengths = np.concatenate([split.lengths for split in splits])
    assert sorted(lengths) == [3, 3, 3, 4, 4, 4, 5, 5, 7, 7, 32, 32]
    for split in splits:
        behind = to_stacks(split.images, data.reading)[np.arange(32) >= split.lengths[:, None]]
        assert not behind.any()
        for found, count in zip(greys(split, data.reading), split.lengths, strict=True):
            wanted = np.arange(count) + 1 if count < 32 else np.linspace(1, 40, 32)
            np.testing.assert_allclose(found, wanted, atol=0.6)  # rounded to whole greys
    assert "Volumes of 3 to 32 slices" in data.about and "2 with more are spread over 32" in data.about


@pytest.mark.parametrize("is_anew", [False, True])
def test_a_saved_set_of_unlike_lengths_keeps_them(tmp_path, is_anew):
    write_volumes(tmp_path / "in", [3, 3, 4, 5, 7, 7, 4, 3])
    data = load_dataset(tmp_path / "in", Choices(cut="slices", side=28))
    (tmp_path / "saved.npz").write_bytes(to_npz(data))
    found = load_dataset(tmp_path / "saved.npz", Choices(is_anew=is_anew))
    assert found.reading == data.reading and found.reading.is_masked
    before, after = ([(one, count) for split in (some.train, some.val, some.test) for one, count in
                      zip(map(bytes, split.images), split.lengths.tolist(), strict=True)]
                     for some in (data, found))  # fmt: skip
    assert (sorted(after) == sorted(before)) if is_anew else (after == before)


def test_volumes_of_one_length_are_read_without_a_mask(tmp_path):
    write_volumes(tmp_path, [5] * 8)
    data = load_dataset(tmp_path, Choices(cut="slices", side=28))
    assert data.reading == read_slices(5, 28) and data.train.lengths is None


@pytest.mark.parametrize("wrong", [0, 8])
def test_lengths_that_no_sheet_has_are_refused(tmp_path, wrong):
    write_volumes(tmp_path / "in", [3, 3, 4, 5, 7, 7, 4, 3])
    with np.load(io.BytesIO(to_npz(load_dataset(tmp_path / "in", Choices(cut="slices", side=28))))) as file:
        given = dict(file)
    given["val_lengths"] = np.full_like(given["val_lengths"], wrong)
    with pytest.raises(DataError, match="val_lengths: expected"):
        from_arrays(given, "mine")


def test_unlike_lengths_are_kept_with_a_set_and_with_a_part_of_it(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDRNN_RUNS", str(tmp_path / "runs"))
    write_volumes(tmp_path / "in", [3, 3, 4, 5, 7, 7, 4, 3])
    data = load_dataset(tmp_path / "in", Choices(cut="slices", side=28))
    name = keep(data)
    found = load_own(name)
    delete_own(name)
    assert found.reading == data.reading and found.digest == data.digest
    np.testing.assert_array_equal(found.train.lengths, data.train.lengths)
    np.testing.assert_array_equal(data.train.first(2).lengths, data.train.lengths[:2])
    other = replace(data, train=replace(data.train, lengths=data.train.lengths + 1))
    assert other.digest != data.digest  # how long a series is belongs to what a set holds


def test_a_series_of_a_set_opens_as_a_series_of_its_own_slices(tmp_path):
    write_volumes(tmp_path, [3, 3, 4, 5, 7, 7, 4, 3])
    data = load_dataset(tmp_path, Choices(cut="slices", side=28))
    for index, count in enumerate(data.train.lengths.tolist()):
        study = as_study(data, index, "train")
        assert (study.frames, study.rows, study.columns) == (count, 28, 28)
        reading = read_study(study, data.reading)
        assert reading.config == data.reading.of_slices(count)
        sheet = data.train.images[index].astype(np.float32) / 255
        np.testing.assert_allclose(on_sheet(reading.grid, reading.config, data.reading), sheet, atol=1e-6)


def test_series_of_one_length_are_not_alike_for_their_empty_places(tmp_path):
    """Volumes of noise, and one of them again with a pixel changed."""
    rng, volumes = np.random.default_rng(0), {}
    for k in range(16):
        volumes[k] = rng.integers(100, 140, (28, 28, 3 + k % 4), np.uint8)
        volumes[k][0, 0], volumes[k][-1, -1] = 0, 255
    volumes[16] = volumes[0].copy()
    volumes[16][3, 3, 1] ^= 16
    for k, values in volumes.items():
        place = tmp_path / ("empty", "spot")[k % 2] / f"{k:02d}.nii.gz"
        place.parent.mkdir(exist_ok=True)
        nib.Nifti1Image(values, np.eye(4)).to_filename(place)
    (pair,) = examine(load_dataset(tmp_path, Choices(cut="slices", side=28))).pairs
    assert pair.likeness > 0.99 and not pair.is_same

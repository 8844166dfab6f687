"""A folder's set is in colour where one of its pictures is, and grey where none is, however it is stored."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from medrnn.datasets import load_dataset

CYAN = (40, 190, 200)


def save(place, *pixels):
    """Pictures of one colour or grey level each, 96 x 80, as PNG."""
    place.mkdir(parents=True)
    for k, pixel in enumerate(pixels):
        shape = (96, 80, 3) if isinstance(pixel, tuple) else (96, 80)
        Image.fromarray(np.full(shape, pixel, np.uint8)).save(place / f"{k}.png")


def lay(folder, strange=30):
    for split in ("train", "val", "test"):
        save(folder / split / "ill", 10, 20)
        save(folder / split / "well", 50, strange if split == "test" else 60)
    return folder


def pixels(split):
    return [
        tuple(np.unique(image.reshape(-1, *image.shape[2:]), axis=0)[0].ravel()) for image in split.images
    ]


@pytest.mark.parametrize("strange", [30, (30, 30, 30)], ids=["grey", "grey-in-three-channels"])
def test_a_grey_folder_stays_grey(tmp_path, strange):
    found = load_dataset(lay(tmp_path / "own", strange))
    assert found.channels == "grey" and found.test.images.shape == (4, 64, 64)
    assert pixels(found.test) == [(10,), (20,), (50,), (30,)] and "colour" not in found.about


def test_one_picture_in_colour_makes_a_set_in_colour(tmp_path):
    found = load_dataset(lay(tmp_path / "own", CYAN))
    assert found.channels == "rgb" and "64 x 64, in colour" in found.about
    for split in (found.train, found.val, found.test):
        assert split.images.shape == (4, 64, 64, 3) and split.images.dtype == np.uint8
    assert pixels(found.test) == [(10,) * 3, (20,) * 3, (50,) * 3, CYAN]
    assert pixels(found.train) == [(10,) * 3, (20,) * 3, (50,) * 3, (60,) * 3]


def test_a_picture_keeps_its_colours_where_they_are(tmp_path, rng):
    """Against Pillow's own bicubic filter of the centred square."""
    lay(tmp_path / "own")
    noise = Image.fromarray(rng.integers(0, 255, (9, 8, 3), np.uint8)).resize(
        (200, 160), Image.Resampling.BICUBIC
    )
    noise.save(tmp_path / "own" / "val" / "ill" / "0.png")
    expected = noise.crop((20, 0, 180, 160)).resize((64, 64), Image.Resampling.BICUBIC)
    (found, *_) = load_dataset(tmp_path / "own").val.images
    assert np.abs(found.astype(int) - np.asarray(expected).astype(int)).max() <= 2


def test_a_zip_of_such_a_folder_is_the_same_set(tmp_path):
    folder, packed = lay(tmp_path / "own", CYAN), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(folder.rglob("*.png")):
            archive.write(file, file.relative_to(folder))
    (tmp_path / "own.zip").write_bytes(packed.getvalue())
    assert load_dataset(tmp_path / "own.zip").digest == load_dataset(folder).digest

"""The shipped images, and what the command line says of them."""

import json

import numpy as np
import pytest
from PIL import Image

from medrnn.errors import ImageError
from medrnn.imaging import read
from medrnn.imaging.samples import FOLDER, SAMPLES, read_sample
from medrnn.imaging.summary import summarize
from medrnn.imaging.windowing import display
from tests.imaging.made import make_dicom, wheel_file


@pytest.mark.parametrize("sample_id", SAMPLES)
def test_a_sample_opens_draws_and_has_its_picture(sample_id):
    study = read_sample(sample_id)
    sample = SAMPLES[sample_id]
    assert (study.title, study.name) == (sample.title, sample.title)
    drawn = display(study, study.frames - 1)
    assert drawn.dtype == np.float32 and 0 <= drawn.min() < drawn.max() <= 1
    assert sample.about.endswith(".") and sample.licence and sample_id == sample.id
    with Image.open(sample.thumbnail) as picture:
        assert picture.size == (112, 112)
    json.dumps(summarize(study), allow_nan=False)


def test_the_app_opens_with_a_chest_that_the_models_can_read():
    first = next(iter(SAMPLES))
    assert first == "chest-child-pneumonia-1"
    study = read_sample(first)
    assert study.stored.shape == (1, 28, 28) and study.stored.dtype == np.uint8


def test_every_sample_has_its_origin_written_down():
    text = (FOLDER / "SOURCE.txt").read_text(encoding="utf-8")
    for sample in SAMPLES.values():
        assert sample.id.removesuffix("-1").removesuffix("-2") in text
        assert sample.licence in text
    files = {f.name for f in FOLDER.iterdir() if f.is_file()} - {"SOURCE.txt"}
    assert files == {sample.file for sample in SAMPLES.values()}
    assert sum(f.stat().st_size for f in FOLDER.rglob("*") if f.is_file()) < 6_000_000


def test_an_unknown_sample():
    with pytest.raises(
        ImageError, match="Expected a sample out of chest-child-pneumonia-1, .*, got another name"
    ):
        read_sample("../secret")


# Lowest, highest and mean of the first frame: by dcmdjpeg of DCMTK 3.6.7, Pillow's OpenJPEG or plain bytes.
@pytest.mark.parametrize(
    ("sample_id", "size", "stored", "window"),
    [
        ("chest-cr", (1, 1955, 1841), (803, 26512, 7391.45), (15000, 30000)),
        ("leg-cr", (1, 1760, 1760), (0, 1023, 332.717), (550, 1024)),
        ("ct-abdomen", (1, 512, 512), (-1024, 1186, -670.957), (-348.5, 1351)),
        ("ct-small", (1, 128, 128), (128, 2191, 904.926), (-38, 1646)),
        ("ct-perfusion", (2, 512, 512), (0, 1172, 375.455), (49, 102)),
        ("mr-brain", (1, 256, 256), (0, 897, 192.674), (399.5, 797)),  # its own window has no width
        ("mr-multiframe", (10, 64, 64), (0, 425, 144.278), (181, 354)),
        ("mr-shoulder", (1, 1024, 1024), (0, 600, 75.135), (1000, 2000)),
        ("mr-abdomen", (1, 484, 484), (0, 1123, 119.67), (450, 790)),
        ("bone-scan", (1, 1024, 256), (0, 278, 13.719), (56, 112)),
        ("us-grey", (1, 768, 1024), (0, 255, 17.258), (127, 254)),
        ("us-colour", (1, 240, 320), (0, 255, 34.267), (127.5, 255)),
        ("us-palette", (1, 350, 800), (0, 255, 53.659), (127.5, 255)),
    ],
)
def test_a_sample_has_the_grey_values_of_another_decoder(sample_id, size, stored, window):
    study = read_sample(sample_id)
    assert (study.frames, study.rows, study.columns) == size
    found = summarize(study)["stored"]
    assert (found["min"], found["max"], round(found["mean"], 3)) == stored
    assert (study.window.center, study.window.width) == pytest.approx(window)


def test_a_perfusion_map_of_a_ct_is_not_in_hu():
    study = read_sample("ct-perfusion")
    assert study.unit is None and study.frames == 2
    assert study.values.min() == -1024


def test_a_summary_has_the_keys_that_scripts_rely_on():
    found = summarize(read(wheel_file("CT_small.dcm")))
    assert list(found) == [
        "key", "kind", "rows", "columns", "frames", "frame", "samples_per_pixel", "photometric",
        "transfer_syntax", "stored", "values", "padding", "spacing_mm", "geometry", "window", "windows",
        "overlays", "applied", "tags", "warnings",
    ]  # fmt: skip
    assert found["stored"] == {"min": 128, "max": 2191, "mean": pytest.approx(904.926, abs=1e-3)}
    assert found["values"] == {
        "min": -896,
        "max": 1167,
        "mean": pytest.approx(-119.074, abs=1e-3),
        "unit": "HU",
    }
    assert found["spacing_mm"] == [0.661468, 0.661468]
    assert found["window"]["source"] == "computed"
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_a_summary_is_of_one_frame_with_its_share_of_padding():
    array = np.array([[[0, 0], [1, 2]], [[5, 0], [6, 7]]], np.uint16)
    study = read(make_dicom(array, 2, PixelPaddingValue=0))
    assert [summarize(study, f)["padding"] for f in (0, 1)] == [0.5, 0.25]
    assert summarize(study, 1)["stored"] == {"min": 0, "max": 7, "mean": 4.5}
    with pytest.raises(ImageError, match="Expected a frame from 0 to 1, got 2"):
        summarize(study, 2)

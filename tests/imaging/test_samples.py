"""The shipped images, and what the command line says of them."""

import json

import numpy as np
import pytest
from PIL import Image

from medrnn.config import ASSETS
from medrnn.datasets import DATASETS
from medrnn.errors import ImageError
from medrnn.imaging import read
from medrnn.imaging.samples import FOLDER, SAMPLES, read_sample, read_sample_mask
from medrnn.imaging.summary import summarize
from medrnn.imaging.windowing import display
from tests.imaging.made import make_dicom, wheel_file


@pytest.mark.parametrize("sample_id", SAMPLES)
def test_a_sample_opens_draws_and_has_its_picture(sample_id):
    study = read_sample(sample_id)
    sample = SAMPLES[sample_id]
    assert (study.title, study.name) == (sample.title, sample.title)
    drawn = display(study, study.frames // 2)
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
    assert files == {name for one in SAMPLES.values() for name in (one.file, one.mask) if name}
    assert sum(f.stat().st_size for f in FOLDER.rglob("*") if f.is_file()) < 8_000_000


FILMS = {  # as chest64 calls them
    "chest-film-normal-1": "NORMAL2-IM-1086-0001.jpeg",
    "chest-film-normal-2": "NORMAL2-IM-0522-0001.jpeg",
    "chest-film-bacterial-1": "person1395_bacteria_3544.jpeg",
    "chest-film-bacterial-2": "person848_bacteria_2769.jpeg",
    "chest-film-viral-1": "person1592_virus_2766.jpeg",
    "chest-film-viral-2": "person1159_virus_1946.jpeg",
}


@pytest.fixture(scope="module")
def chest64():
    with np.load(ASSETS / "data" / "chest64" / "chest64.npz") as arrays:
        return {name: arrays[f"train_{name}"] for name in ("file", "images", "labels", "lungs")}


def test_the_films_with_masks_are_those_of_the_training_part():
    assert [one.id for one in SAMPLES.values() if one.mask and one.source.modality == "RG"] == list(FILMS)
    assert all("training part" in SAMPLES[name].about for name in FILMS)


@pytest.mark.parametrize("name", FILMS)
def test_a_film_is_the_one_of_chest64_and_its_mask_lies_on_its_lungs(name, chest64):
    study, sample = read_sample(name), SAMPLES[name]
    mask = read_sample_mask(name, study)
    assert mask.study_key == study.key and mask.names == ("lungs",) and mask.warnings == ()
    with Image.open(FOLDER / sample.mask) as picture:
        assert np.array_equal(mask.labels[0], np.asarray(picture).astype(np.uint8))
    (row,) = np.flatnonzero(chest64["file"] == FILMS[name])
    assert sample.label == DATASETS["chest64"].classes[int(chest64["labels"][row, 0])]
    side = min(study.rows, study.columns)
    top, left = (study.rows - side) // 2, (study.columns - side) // 2
    box = (left, top, left + side, top + side)
    lungs = Image.fromarray(mask.labels[0] * np.uint8(255)).crop(box).resize((64, 64), Image.Resampling.BOX)
    assert ((np.asarray(lungs) >= 128) == chest64["lungs"][row]).mean() > 0.985
    with Image.open(sample.path) as film:
        small = np.asarray(film.convert("L").crop(box).resize((64, 64), Image.Resampling.BICUBIC), float)
    assert np.abs(small - chest64["images"][row]).mean() < 2


def test_most_samples_have_no_mask():
    assert read_sample_mask("ct-small", read_sample("ct-small")) is None


def test_the_cells_are_the_first_of_their_kinds_in_the_test_split():
    cells = {one.label: one for one in SAMPLES.values() if one.id.startswith("cell-")}
    classes = DATASETS["blood64"].classes
    with np.load(ASSETS / "data" / "blood64" / "blood64.npz") as arrays:
        images, labels = arrays["test_images"], arrays["test_labels"].ravel()
    assert len(cells) == 6 and {"monocyte", "immature granulocyte"} < set(cells)
    for kind, sample in cells.items():
        with Image.open(sample.path) as picture:
            assert np.array_equal(picture, images[list(labels).index(classes.index(kind))])


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

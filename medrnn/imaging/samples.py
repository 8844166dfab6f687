"""The gallery: real images that ship with the app; assets/samples/SOURCE.txt says whose they are."""

from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from medrnn.config import ASSETS
from medrnn.errors import ImageError
from medrnn.types import Mask, Source, Study

FOLDER = ASSETS / "samples"
THUMBNAIL = 112  # pixels
_CHILD = "From the test split of PneumoniaMNIST, 28 x 28 pixels, as the models read it."
_FILM = (
    "A whole film, {} x {}, of the training part of chest64: no test of a model. Lungs outlined by V7 Labs."
)
_CELL = "From the test split of blood64, 64 x 64 pixels, as the models read it."
_X_RAY, _SLIDE = (
    Source("RG", "CHEST"),
    Source("GM", "BLOOD", is_colour=True),
)  # DICOM's codes, PS3.3 C.7.3.1.1.1
_DIGIT = "From the test split of MNIST, 28 x 28 pixels."
_PYDICOM = "A test image of the pydicom project; its header is invented."


@dataclass(frozen=True)
class Sample:
    """One shipped image.

    Attributes:
        id, title: kebab-case name, and what a page shows.
        file: its name in assets/samples.
        about: one sentence.
        licence: of the image.
        model: the model that is chosen with it, "" for none.
        label: the class that its data set gives it, "" where nobody says.
        mask: the name of its mask in assets/samples, "" for none; it opens with the image.
        outlined: what the mask's one label is.
        source: what is known of it where its file says nothing.
        is_learnt: True where the model learnt from it, so that its answer is no test.
    """

    id: str
    title: str
    file: str
    about: str
    licence: str
    model: str = ""
    label: str = ""
    mask: str = ""
    outlined: str = ""
    source: Source = Source()
    is_learnt: bool = False

    @property
    def path(self) -> Path:
        """Where the image lies."""
        return FOLDER / self.file

    @property
    def thumbnail(self) -> Path:
        """A small picture of it, made by ``write_thumbnails``."""
        return FOLDER / "thumbnails" / f"{self.id}.png"


def _child(kind: str, number: int, how: str) -> Sample:
    """``how`` the shipped models read it, which a test holds: a gallery of right answers only would mislead."""
    name = f"chest-child-{kind}-{number}"
    title = f"Child's chest, {kind}{how}"
    model = "pneumonia-lstm-forward"
    return Sample(name, title, f"{name}.png", _CHILD, "CC BY 4.0", model, kind, source=_X_RAY)


def _film(kind: str, number: int, label: str, size: tuple[int, int]) -> Sample:
    """A film at its full size, (rows, columns), with its lungs; ``label`` as chest64 names it."""
    name = f"chest-film-{kind}-{number}"
    title = f"Chest film, {'normal' if kind == 'normal' else kind + ' pneumonia'} {number}"
    return Sample(
        name,
        title,
        f"{name}.jpg",
        _FILM.format(*size),
        "CC BY 4.0",
        "chest-renet",
        label,
        f"{name}-lungs.png",
        "lungs",
        _X_RAY,
        is_learnt=True,
    )


def _cell(kind: str) -> Sample:
    name = f"cell-{kind.replace(' ', '-')}"
    title = f"Blood cell, {kind}"
    return Sample(name, title, f"{name}.png", _CELL, "CC BY 4.0", "blood-renet", kind, source=_SLIDE)


def _digit(value: int) -> Sample:
    name = f"digit-{value}"
    return Sample(name, f"Digit {value}", f"{name}.png", _DIGIT, "CC BY-SA 3.0", "mnist-lstm", str(value))


SAMPLES = {
    sample.id: sample
    for sample in (
        _child("pneumonia", 1, ""),
        _child("normal", 2, ""),
        _child("normal", 1, ", read wrongly"),
        _child("pneumonia", 2, ", in doubt"),
        _film("normal", 1, "normal", (1008, 1288)),
        _film("normal", 2, "normal", (1032, 1198)),
        _film("bacterial", 1, "pneumonia", (1448, 1848)),
        _film("bacterial", 2, "pneumonia", (523, 927)),
        _film("viral", 1, "pneumonia", (760, 1056)),
        _film("viral", 2, "pneumonia", (359, 620)),
        Sample(
            "chest-cr",
            "Chest, CR",
            "chest-cr.dcm",
            f"1955 x 1841, MONOCHROME1, JPEG 2000. {_PYDICOM}",
            "MIT",
            "pneumonia-lstm-forward",
        ),
        Sample(
            "leg-cr", "Lower leg, CR", "leg-cr.dcm", f"1760 x 1760, MONOCHROME1, JPEG 2000. {_PYDICOM}", "MIT"
        ),
        Sample(
            "ct-abdomen",
            "CT, abdomen",
            "ct-abdomen.dcm",
            "512 x 512 in HU, of TCIA Pancreas-CT.",
            "CC BY 3.0",
        ),
        Sample("ct-small", "CT, small", "ct-small.dcm", f"128 x 128 in HU. {_PYDICOM}", "MIT"),
        Sample(
            "ct-perfusion",
            "CT, brain perfusion, 2 frames",
            "ct-perfusion.dcm",
            f"Enhanced multi-frame, 512 x 512; a map of blood flow, not in HU. {_PYDICOM}",
            "MIT",
        ),
        Sample(
            "mr-brain",
            "MR, brain",
            "mr-brain.dcm",
            "One slice of an axial series, 256 x 256, with padding.",
            "MIT",
        ),
        Sample(
            "mr-series",
            "MR, brain, 20 slices",
            "mr-series.zip",
            "An axial series in a zip, 256 x 256, slices 7 mm apart, de-identified.",
            "MIT",
        ),
        Sample(
            "ms-flair",
            "MR, brain with multiple sclerosis, 91 slices",
            "ms-flair.nii.gz",
            "A FLAIR volume at 2 mm without skull, of the test split of ms-slices. Lesions outlined by three experts.",
            "CC BY",
            "ms-slices",
            "",
            "ms-flair-lesions.nii.gz",
            "lesions",
            Source("MR", "BRAIN"),
        ),
        Sample(
            "mr-multiframe", "MR, 10 frames", "mr-multiframe.dcm", f"Multi-frame, 64 x 64. {_PYDICOM}", "MIT"
        ),
        Sample(
            "mr-shoulder", "MR, shoulder", "mr-shoulder.dcm", f"1024 x 1024, JPEG 2000. {_PYDICOM}", "MIT"
        ),
        Sample("mr-abdomen", "MR, abdomen", "mr-abdomen.dcm", f"484 x 484. {_PYDICOM}", "MIT"),
        Sample(
            "bone-scan", "Bone scan, NM", "bone-scan.dcm", f"1024 x 256, JPEG lossless. {_PYDICOM}", "MIT"
        ),
        Sample("us-grey", "Ultrasound", "us-grey.dcm", f"1024 x 768, JPEG lossless. {_PYDICOM}", "MIT"),
        Sample("us-colour", "Ultrasound, colour", "us-colour.dcm", f"RGB, 320 x 240. {_PYDICOM}", "MIT"),
        Sample(
            "us-palette",
            "Ultrasound, palette",
            "us-palette.dcm",
            f"Palette colour, 800 x 350. {_PYDICOM}",
            "MIT",
        ),
        Sample(
            "blood-cells",
            "Blood cells, microscopy",
            "blood-cells.jpg",
            "Colour, 640 x 480, of the BCCD set.",
            "MIT",
        ),
        _cell("neutrophil"),
        _cell("lymphocyte"),
        _cell("eosinophil"),
        _cell("monocyte"),
        _cell("immature granulocyte"),
        _cell("platelet"),
        _digit(7),
        _digit(4),
    )
}


def read_sample(sample_id: str) -> Study:
    """The study of a shipped image, with its title.

    Raises:
        ImageError: there is no such sample.
    """
    from medrnn.imaging.series.paths import read_one

    if sample_id not in SAMPLES:
        raise ImageError(f"Expected a sample out of {', '.join(SAMPLES)}, got another name.")
    sample = SAMPLES[sample_id]
    return replace(read_one(sample.path), title=sample.title)


def read_sample_mask(sample_id: str, study: Study) -> Mask | None:
    """The mask that ships with an image, named after what it outlines; None where none does.

    Args:
        sample_id: a key of ``SAMPLES``.
        study: the same as ``read_sample`` gives it.
    """
    from medrnn.imaging.masks.read import read_mask

    sample = SAMPLES[sample_id]
    if not sample.mask:
        return None
    found = read_mask((FOLDER / sample.mask).read_bytes(), study)
    return replace(found, names=(sample.outlined,), warnings=())  # that it lies on this image is known


def draw_small(study: Study, frame: int | None = None) -> bytes:
    """A frame, by default the middle one, as a PNG file of ``THUMBNAIL`` x ``THUMBNAIL`` pixels."""
    import numpy as np
    from PIL import Image, ImageOps

    from medrnn.imaging.windowing import display

    drawn = Image.fromarray(
        np.rint(255 * display(study, study.frames // 2 if frame is None else frame)).astype(np.uint8)
    )
    kind = Image.Resampling.NEAREST if drawn.width < THUMBNAIL else Image.Resampling.LANCZOS
    buffer = BytesIO()
    ImageOps.pad(drawn, (THUMBNAIL, THUMBNAIL), kind).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def write_thumbnails() -> None:
    """Draw every sample small again (``make thumbnails``)."""
    for sample in SAMPLES.values():
        sample.thumbnail.parent.mkdir(exist_ok=True)
        sample.thumbnail.write_bytes(draw_small(read_sample(sample.id)))

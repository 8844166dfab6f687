"""The shipped data sets: what each is, whence, under which licence, what a model that learnt from it knows."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from medrnn.config import ASSETS
from medrnn.datasets.npz import read_npz
from medrnn.datasets.records import Dataset, Split
from medrnn.datasets.slices import read_ms

DATA = ASSETS / "data"
VALIDATION = 5_000  # MNIST has no validation split of its own: the last 5,000 training images


@dataclass(frozen=True)
class Source:
    """A shipped data set: what it is called, where it comes from, of what kind its images are, how it is read.

    Attributes:
        title: what a page calls it.
        about: what the images are, how many there are in each split, and whence.
        licence: of the images.
        classes: names in the order of the labels.
        modalities: DICOM's codes of what they can be; none where they are no medical images.
        body_parts: likewise.
        knows: one sentence: what a model that learnt from it has seen, and of what nothing is known.
        limits: sentences for the cards of its models.
        read: makes the data set of its name and this record.
        is_colour: True where the images are in colour.
        whole: ``Dataset.digest`` of the set that models are trained on, where the program carries a part of it; such a
            file given by its path is known by this.
    """

    title: str
    about: str
    licence: str
    classes: tuple[str, ...]
    modalities: tuple[str, ...]
    body_parts: tuple[str, ...]
    knows: str
    limits: tuple[str, ...]
    read: Callable[[str, "Source"], Dataset]
    is_colour: bool = False
    whole: str = ""


def _read_idx(name: str) -> np.ndarray:
    """An idx file of unsigned bytes (LeCun's format: two zeros, type 8, rank, then the sizes, big endian)."""
    with gzip.open(DATA / "mnist" / name) as file:
        raw = file.read()
    rank = raw[3]
    shape = np.frombuffer(raw, ">u4", rank, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def _read_mnist(name: str, source: Source) -> Dataset:
    pair = {
        split: Split(
            _read_idx(f"{stem}-images-idx3-ubyte.gz"),
            _read_idx(f"{stem}-labels-idx1-ubyte.gz").astype(np.int64),
        )
        for split, stem in (("train", "train"), ("test", "t10k"))
    }
    train = pair["train"]
    return Dataset(
        name=name,
        title=source.title,
        classes=source.classes,
        train=Split(train.images[:-VALIDATION], train.labels[:-VALIDATION]),
        val=Split(train.images[-VALIDATION:], train.labels[-VALIDATION:]),
        test=pair["test"],
        about=source.about,
        licence=source.licence,
    )


def _read_packed(file: str, labels: str = "labels") -> Callable[[str, Source], Dataset]:
    """What reads a file below ``DATA``, its labels under the name ``train_<labels>`` and so on."""

    def read(name: str, source: Source) -> Dataset:
        return read_npz(
            DATA / file,
            name=name,
            title=source.title,
            classes=source.classes,
            about=source.about,
            licence=source.licence,
            labels=labels,
        )

    return read


_CHEST_KNOWS = "Children of one to five years, one hospital, frontal chest films; nothing is known of adults."
_MIRRORED = (
    "The 'unlike' score of the shipped models does not notice a mirrored film: 2 of 100 raise the alarm; of films "
    "upside down 92 or more do."
)
_CHEST_LIMITS = (
    "Children of one to five years from one hospital, frontal films only, at 64 x 64 pixels: nothing is known of other "
    "ages, hospitals, devices or views.",
    "Framing is a shortcut in these films: the lungs' share of the picture alone has an AUC of .88 in train and .64 in "
    "test, and 30 % of the training films but no test film come from sharper files. Training changes scale, crop, blur "
    "and resolution at random against it.",
    "Test are the 557 of PneumoniaMNIST's 624 test films that could be found, without 67 normal ones: no figure here "
    "can be compared with published ones on the 624.",
    _MIRRORED,
)
_CHEST_ABOUT = (
    "of PneumoniaMNIST, made anew at 64 x 64 from larger files and split by patient, 4,645 / 516 / 557, with lung "
    "masks (Kermany et al. 2018; MedMNIST v2, Yang et al. 2023; masks by V7 Labs)."
)

DATASETS = {
    "pneumoniamnist": Source(
        "PneumoniaMNIST",
        "Children's chest X-rays, 28 x 28, normal or pneumonia, the official split of 4,708 / 524 / 624 "
        "(MedMNIST v2, Yang et al. 2023; images by Kermany et al. 2018).",
        "CC BY 4.0",
        ("normal", "pneumonia"),
        ("CR", "DX", "RG"),
        ("CHEST",),
        _CHEST_KNOWS,
        (
            "Children of one to five years from one hospital, frontal films only, at 28 x 28 pixels: nothing is known "
            "of other ages, hospitals, devices or views.",
            "Two classes only: every image gets one of them, also one that shows neither.",
            "The published split repeats 18 images inside train and shares 8 between train and validation.",
            _MIRRORED,
        ),
        _read_packed("pneumoniamnist/pneumoniamnist.npz"),
    ),
    "chest64": Source(
        "Chest films at 64 px",
        f"Children's chest X-rays, normal or pneumonia: the pictures {_CHEST_ABOUT}",
        "CC BY 4.0",
        ("normal", "pneumonia"),
        ("CR", "DX", "RG"),
        ("CHEST",),
        _CHEST_KNOWS,
        (*_CHEST_LIMITS, "Two classes only: every image gets one of them, also one that shows neither."),
        _read_packed("chest64/chest64.npz"),
    ),
    "chest64-kinds": Source(
        "Chest films at 64 px, kinds of pneumonia",
        f"Children's chest X-rays, normal, bacterial or viral pneumonia: the pictures {_CHEST_ABOUT}",
        "CC BY 4.0",
        ("normal", "bacteria", "virus"),
        ("CR", "DX", "RG"),
        ("CHEST",),
        _CHEST_KNOWS,
        (
            *_CHEST_LIMITS,
            "The kind of pneumonia was found in the laboratory, not on the film. Three classes only: every image gets "
            "one of them.",
        ),
        _read_packed("chest64/chest64.npz", "subtype"),
    ),
    "blood64": Source(
        "Blood cells at 64 px",
        "Peripheral blood cells of healthy people in colour, 64 x 64, eight kinds as in BloodMNIST, 120 / 60 / 120 of "
        "each (of 480 / 60 / 120 that the shipped models learnt from; Acevedo et al. 2020).",
        "CC BY 4.0",
        (
            "basophil",
            "eosinophil",
            "erythroblast",
            "immature granulocyte",
            "lymphocyte",
            "monocyte",
            "neutrophil",
            "platelet",
        ),
        ("GM", "SM", "XC"),
        ("BLOOD",),
        "Single stained blood cells of healthy people, one hospital and one microscope; nothing is known of disease.",
        (
            "Healthy people from one hospital, one microscope and stain, one cell in the middle: nothing is known of "
            "sick blood, other stains or crowded fields.",
            "No patient ids are published: cells of one smear can be in train and in test. The kinds are balanced "
            "here, not in life.",
            "Eight kinds only: every image gets one of them, also one that shows none.",
            "The 'unlike' score of the shipped model knows little: 0 of 100 images of white noise raise the alarm, 1 "
            "of breast ultrasound, 17 of chest films, 40 of inverted cells, 52 of CT slices.",
        ),
        _read_packed("blood64/blood64.npz"),
        is_colour=True,
        whole="569db853172a90bfc32515881981c2eacea48f5ca6689feab3221d23114cb9a0",
    ),
    "ms-slices": Source(
        "Brain MR, slices with or without a lesion",
        "FLAIR of three people with multiple sclerosis, one a split: blocks of 12 slices 2 mm apart, 32 x 32 mm, with "
        "a lesion in the middle or none, 1,000 / 150 / 300 (Lesjak et al. 2018).",
        "CC BY",
        ("none", "lesion"),
        ("MR",),
        ("BRAIN", "HEAD"),
        "Blocks of FLAIR images of three people with multiple sclerosis, one scanner, without skull; nothing is known "
        "of other people, devices, sequences or diseases.",
        (
            "Three people, one in each split: a figure on the test split is about one brain, and blocks of a brain "
            "overlap, so that its interval is too narrow.",
            "The lesions of a split are few, 99 / 33 / 19; in train half of the blocks without one have lesion at "
            "their rim.",
            "Brightness alone tells much of it: the simple ways beside the figures say how much.",
            "The score that says how unlike an image is knows little of such blocks: inverted, turned and mirrored "
            "ones pass, and white noise; of other series .56 are caught.",
        ),
        read_ms,
    ),
    "busi64": Source(
        "Breast ultrasound at 64 px",
        "Breast ultrasound, 64 x 64, normal, benign or malignant, 411 / 60 / 117 pictures of BUSI without copies and "
        "neighbouring frames (Al-Dhabyani et al. 2020).",
        "CC BY 4.0",
        ("normal", "benign", "malignant"),
        ("US",),
        ("BREAST",),
        "Breast ultrasound of women of 25 to 75 years, one hospital, two devices; nothing is known of any other.",
        (
            "One hospital and few devices, pictures cut and squeezed to a square by others, 64 x 64 pixels: nothing is "
            "known of other devices or views.",
            "No patient ids are published: pictures of one woman can be in train and in test. Copies and neighbouring "
            "frames were left out.",
            "Some pictures carry marks that a reader set round a finding, which a network can learn instead of it.",
            "Three classes only: every image gets one of them. With 117 test images every figure is wide.",
        ),
        _read_packed("busi64/busi64.npz"),
    ),
    "mnist": Source(
        "MNIST",
        "Handwritten digits, 28 x 28, 60,000 / 10,000 (LeCun and Cortes); the last 5,000 training images validate.",
        "CC BY-SA 3.0",
        tuple("0123456789"),
        (),
        (),
        "Single handwritten digits; nothing is known of any medical image.",
        ("Handwritten digits only; it is here to teach, every image gets a digit as its answer.",),
        _read_mnist,
    ),
}

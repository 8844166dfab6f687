"""Labelled image sets: the shipped ones, MedMNIST's npz files, a folder of images."""

from medrnn.datasets.records import Dataset, Split
from medrnn.datasets.sets import (
    is_shipped,
    kinds_of,
    known_as,
    knows_of,
    limits_of,
    load_dataset,
    load_for,
    shown_name,
)
from medrnn.datasets.shipped import DATASETS

__all__ = [
    "DATASETS",
    "Dataset",
    "Split",
    "is_shipped",
    "kinds_of",
    "known_as",
    "knows_of",
    "limits_of",
    "load_dataset",
    "load_for",
    "shown_name",
]

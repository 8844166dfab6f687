"""Labelled image sets: the shipped ones, MedMNIST's npz files, a folder of images."""

from medrnn.datasets.records import Dataset, Split
from medrnn.datasets.sets import DATASETS, is_shipped, kinds_of, knows_of, load_dataset, shown_name

__all__ = ["DATASETS", "Dataset", "Split", "is_shipped", "kinds_of", "knows_of", "load_dataset", "shown_name"]

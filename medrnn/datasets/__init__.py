"""Labelled image sets: the shipped ones, MedMNIST's npz files, a folder of images."""

from medrnn.datasets.sets import DATASETS, Dataset, Split, load_dataset

__all__ = ["DATASETS", "Dataset", "Split", "load_dataset"]

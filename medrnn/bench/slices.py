"""A network that reads series: against brightness alone, which slice it goes by, and along a whole head."""

from typing import Any

import numpy as np
import torch

from medrnn import sequences
from medrnn.compare.paired import delong
from medrnn.datasets import load_dataset
from medrnn.datasets.slices import MS, read_ms_masks
from medrnn.evaluation.baselines import brightness
from medrnn.evaluation.evaluate import to_grids
from medrnn.evaluation.metrics import auc, auc_interval, wilson_interval
from medrnn.imaging.samples import read_sample, read_sample_mask
from medrnn.models.along import read_along
from medrnn.models.catalog import find_card, load_model, load_seeds
from medrnn.models.classifier import Classifier
from medrnn.models.devices import evaluating, exact_float32
from medrnn.models.predict import step_answers

NAME, VOLUME = "ms-slices", "ms-flair"


def each_slice(model: Classifier, sheets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probability of a lesion of each series (image,) and slice (image, slice), and how much the slice counts."""
    x = sequences.lines(to_grids(sheets, model.reading), model.reading)
    with evaluating(model), torch.inference_mode(), exact_float32():
        each = step_answers(model, x)
        whole = model(x).softmax(-1)[:, 1].double().numpy()
    assert each is not None, "its read-out is attention"
    return whole, each[0][..., 1], each[1]


def pointing(each: np.ndarray, weights: np.ndarray, masks: np.ndarray) -> dict[str, Any]:
    """How often the slice that adds most to "lesion" has lesion in it, and how often any slice has.

    Args:
        each: (image, slice) probability of a lesion at each slice.
        weights: (image, slice) how much of it counts.
        masks: (image, slice, row, column), not 0 where lesions lie.
    """
    logit = np.log(each) - np.log1p(-each)
    strongest = (weights * logit).argmax(1)
    has = np.asarray(masks.reshape(*masks.shape[:2], -1).any(2))
    hits = int(has[np.arange(len(has)), strongest].sum())
    return {
        "n": len(has),
        "hits": hits / len(has),
        "interval": wilson_interval(hits, len(has)),
        "by_chance": float(has.mean()),
    }


def _along(model: Classifier) -> dict[str, Any]:
    """The mean of all blocks along the gallery's volume against the area of its mask."""
    from scipy.stats import spearmanr

    study = read_sample(VOLUME)
    mask = read_sample_mask(VOLUME, study)
    assert mask is not None, "it ships with the volume"
    found = read_along(model, find_card(NAME), study)
    known = ~np.isnan(found.mean)
    load = (mask.labels > 0).sum((1, 2))[np.rint(found.frames).astype(int)]
    surest = found.probabilities[known, -1]
    return {
        "slices": int(known.sum()),
        "blocks": found.blocks,
        "rank_of_mean": float(spearmanr(found.mean[known], load[known]).statistic),
        "rank_of_surest": float(spearmanr(surest, load[known]).statistic),
    }


def bench_slices() -> dict[str, Any]:
    """``ms-slices`` on its test split, one person's brain, and on the volume of the same person.

    Returns:
        ``auc`` of the first seed with its interval, ``seeds`` of all, ``brightness`` alone, how far ``ahead`` with the
        standard error (DeLong 1988), ``pointing`` over the slices of all blocks with a lesion, ``along`` the volume.
    """
    test, card = load_dataset(NAME).test, find_card(NAME)
    models = [load_model(NAME), *load_seeds(card)]
    said = [each_slice(model, test.images) for model in models]
    both = [np.stack([1 - one[0], one[0]], 1) for one in said]
    bright = brightness(test.images, MS)
    ahead = delong(said[0][0], bright, test.labels == 1)
    is_ill = test.labels == 1
    _, each, weights = said[0]
    return {
        "n": len(test),
        "auc": auc(both[0], test.labels),
        "interval": auc_interval(both[0], test.labels),
        "seeds": [auc(one, test.labels) for one in both],
        "brightness": ahead.second,
        "ahead": ahead.difference,
        "standard_error": ahead.standard_error,
        "pointing": pointing(each[is_ill], weights[is_ill], read_ms_masks("test")[is_ill]),
        "along": _along(models[0]),
    }

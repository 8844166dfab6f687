"""What `bench faithfulness` measures on: planted spots with their networks, chest films with theirs, plain maps."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch
from torch import Tensor

from medrnn import sequences
from medrnn.bench.shortcuts import read_split
from medrnn.datasets.planted import Planting, Spot, core, plant_set
from medrnn.evaluation.evaluate import answer, to_grids
from medrnn.models.cards import Card
from medrnn.models.catalog import find_card, load_model
from medrnn.models.classifier import Classifier
from medrnn.training.planted import FOLDER, RECIPES, SEED

CHEST = ("chest-renet", "chest-rows", "chest-cnn")
OTHERS = 32  # images of the same split, for methods that put their steps in


@dataclass(frozen=True, eq=False)
class Case:
    """One network and the images that its maps are made of.

    Attributes:
        set: "planted" or "chest64".
        network: its name.
        module: the network.
        card: its card.
        x: (image, step, feature), images that it answers rightly.
        target: (image,) the class that is explained: its answer.
        masks: (image, row, column), not 0 where the finding (all of the spot, the lungs) lies.
        others: (image, step, feature) other images.
        cores: (image, row, column), not 0 where a spot is at least half its height; None of chest films.
        auc: of the network on the test part with these spots; None of chest films.
    """

    set: str
    network: str
    module: Classifier
    card: Card
    x: Tensor
    target: np.ndarray
    masks: np.ndarray
    others: Tensor
    cores: np.ndarray | None = None
    auc: float | None = None


@cache
def planted_test(*, has_spot: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the test part the images with a spot or without, all of each spot, and where it is half its height or more.

    Returns:
        three of (image, row, column) uint8; they are shared, so do not write to them.
    """
    made = plant_set(Planting(seed=SEED))
    is_wanted = (made["test_labels"].ravel() == 1) == has_spot
    images, masks = made["test_images"][is_wanted], made["test_masks"][is_wanted]
    if not has_spot:
        return images, masks, masks
    spots = [Spot(*map(float, one)) for one in made["test_spots"][is_wanted]]
    return images, masks, np.stack([core((images.shape[1], images.shape[2]), one) for one in spots])


def planted_networks() -> tuple[str, ...]:
    """The networks that learnt from planted spots and are here, in display order."""
    return tuple(name for name in RECIPES if (FOLDER / name / "card.json").exists())


def _case(
    set_: str, name: str, card: Card, module: Classifier, parts: tuple[np.ndarray, ...], others: np.ndarray
) -> Case:
    """The case of the images that the network answers rightly; ``parts``: images, labels, masks, and cores or none."""
    images, labels, masks, *cores = parts
    grids, reading = to_grids(images, card.config.reading), card.config.reading
    is_right = answer(module, grids, reading).argmax(1) == labels
    x = sequences.lines(grids[torch.from_numpy(is_right)], reading)
    rest = sequences.lines(to_grids(others[:OTHERS], reading), reading)
    bright = cores[0][is_right] if cores else None
    return Case(set_, name, module, card, x, labels[is_right], masks[is_right], rest, bright)


def _auc(card: Card, module: Classifier, spotted: np.ndarray, clear: np.ndarray) -> float:
    """How well a network tells films with a spot from films without."""
    from sklearn.metrics import roc_auc_score

    reading = card.config.reading
    found = answer(module, to_grids(np.concatenate([spotted, clear]), reading), reading)
    return float(roc_auc_score(np.repeat([1, 0], [len(spotted), len(clear)]), found[:, 1]))


def planted_case(name: str) -> Case:
    """A network of ``planted_networks`` and all test images whose spot it finds; the others are films without one."""
    folder = FOLDER / name
    card, module = find_card(folder), load_model(folder)
    images, masks, cores = planted_test()
    clear, *_ = planted_test(has_spot=False)
    labels = np.ones(len(images), np.int64)
    made = _case("planted", name, card, module, (images, labels, masks, cores), clear)
    return replace(made, auc=_auc(card, module, images, clear))


def chest_case(name: str, seed: int) -> Case:
    """A shipped model of chest64 and test images that it answers rightly, in an order that the seed draws."""
    card, module, arrays = find_card(name), load_model(name), read_split("test")
    known = np.flatnonzero(arrays["has_lungs"])
    order = np.random.default_rng(seed).permutation(known)[:200]
    parts = tuple(arrays[part][order] for part in ("images", "labels", "lungs"))
    return _case(
        "chest64", name, card, module, (parts[0], parts[1].astype(np.int64), parts[2]), arrays["images"]
    )


def plain_maps(image: np.ndarray) -> dict[str, np.ndarray]:
    """Maps that know nothing of a network: of one image (row, column) in [0, 1] its grey, its edges, its middle.

    Returns:
        each (row, column), 0 or more.
    """
    from scipy.ndimage import gaussian_gradient_magnitude

    rows, columns = np.indices(image.shape)
    middle = [(side - 1) / 2 for side in image.shape]
    distance = np.hypot(rows - middle[0], columns - middle[1])
    return {
        "plain-intensity": image.astype(np.float64),
        "plain-edges": gaussian_gradient_magnitude(image.astype(np.float64), 1.0),
        "plain-centre": distance.max() - distance,
    }

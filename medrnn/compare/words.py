"""What a comparison found, in plain sentences."""

import numpy as np

from medrnn.compare.figures import ALPHA, Comparison, Pair
from medrnn.datasets.weak import LEAST_PATIENTS


def p_words(p: float | None) -> str:
    """Such as "p = 0.032" or "p < 0.001"."""
    if p is None:
        return "not tested"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _told(p: float, n: int, better: str, worse: str) -> str:
    if p >= ALPHA:
        return f"no evidence of a difference at n = {n:,}"
    return f"{better} is ahead of {worse} by more than chance explains"


def pair_sentences(found: Comparison, pair: Pair) -> list[tuple[str, bool]]:
    """What both tests say of two models, one sentence each, and whether it tells a difference; p after Holm's
    correction.

    Args:
        found: the comparison.
        pair: one of its pairs.
    """
    models, n = found.compared.models, len(found.compared)
    a, b = models[pair.first].model, models[pair.second].model
    said = []
    if pair.auc and pair.auc_p is not None:
        low, high = pair.auc.interval
        ahead = (a, b) if pair.auc.difference > 0 else (b, a)
        words = (
            f"{a} and {b} differ by {pair.auc.difference:+.3f} in AUC ({low:+.3f} to {high:+.3f}), "
            f"{p_words(pair.auc_p)}: {_told(pair.auc_p, n, *ahead)}."
        )
        said.append((words, pair.auc_p < ALPHA))
    one, images = pair.errors, found.compared.named("images")
    low, high = (100 * end for end in one.interval)
    ahead = (a, b) if one.difference > 0 else (b, a)
    words = (
        f"{a} alone is right on {one.only_first:,} {images}, {b} alone on {one.only_second:,}: "
        f"{100 * one.difference:+.1f} points of accuracy ({low:+.1f} to {high:+.1f}), {p_words(pair.errors_p)}, "
        f"{_told(pair.errors_p, n, *ahead)}."
    )
    said.append((words, pair.errors_p < ALPHA))
    return said


def images_of(count: int, patients: np.ndarray | None) -> str:
    """Such as "624 test images", "18 test images of 3 patients"; "of 1 patient" of one.

    Args:
        count: of images.
        patients: (image,) whose each is; None where that is not known.
    """
    said = f"{count:,} test {'image' if count == 1 else 'images'}"
    if patients is None:
        return said
    several = len(np.unique(patients))
    return f"{said} of {several:,} {'patient' if several == 1 else 'patients'}"


def resamples(rounds: int, unit: str) -> str:
    """Such as "1,000 resamples of patients"; where there are none the reason.

    Args:
        rounds: how many.
        unit: what was drawn as a whole, "patient" or "image".
    """
    if rounds:
        return f"{rounds:,} resamples of {unit}s"
    return f"none: a class is of fewer than {LEAST_PATIENTS} {unit}s, from which nothing tells how far others differ"


def dependence(patients: np.ndarray | None, takes: str, so: str) -> str:
    """What is wrong with what takes images as independent; empty where no patient is known to have several.

    Args:
        patients: (image,) whose each is; None where that is not known.
        takes: what does so, with its verb.
        so: what comes of it where some images are of one patient.
    """
    if patients is None or len(np.unique(patients)) == len(patients):
        return ""
    if len(np.unique(patients)) == 1:
        return f" {takes} images as independent; all are of one patient, so nothing is told of others."
    return f" {takes} images as independent; some are of one patient, so {so}."


def draws_sentence(found: Comparison) -> str:
    """On how many images the figures stand and how their intervals were made."""
    compared, by = found.compared, resamples(found.rounds, found.unit)
    count = images_of(len(compared), compared.metadata.patients)
    return compared.named(f"{count}. In brackets 95 % intervals: {by}") + (
        f" within each class, the same for all models, seed {found.seed}." if found.rounds else "."
    )


def time_sentence(found: Comparison) -> str:
    """What the milliseconds are."""
    devices = ", ".join(dict.fromkeys(one.device.upper() for one in found.compared.models))
    return (
        f"Milliseconds: the fastest of some warm runs of one {found.compared.named('image')} alone on "
        f"{devices}, measured "
        "as the models answered; other work on the machine makes it longer."
    )


def tests_sentence(found: Comparison) -> str:
    """How many tests were made and what was done about it; empty where there is no pair."""
    tests = sum(1 + (pair.auc is not None) for pair in found.pairs)
    if not tests:
        return ""
    target = found.compared.classes[found.target]
    said = (
        f"DeLong's test of the AUC ({target} against the rest) and McNemar's exact test of the errors: {tests} tests. "
        "With so many one may look like a difference by chance, so every p is corrected after Holm."
    )
    takes = dependence(found.compared.metadata.patients, "Both tests take", "p is a little too small")
    said += found.compared.named(takes)
    return said + " A model chosen because it leads here looks better here than it is."


def groups_sentence(found: Comparison) -> str:
    """Whether more is known of the images than their labels."""
    named = found.compared.named
    if found.compared.metadata.groups:
        return named("Share answered right in parts of the test images. Small parts have wide intervals.")
    return named(
        "Share answered right in each class. Nothing else is published of these images: no age, sex, device or "
        "hospital, so no group can be compared."
    )

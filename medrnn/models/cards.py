"""Model cards: what stands in ``card.json`` beside the weights, checked field by field when it is read."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta

from medrnn import disk
from medrnn.config import ReadingConfig, TrainConfig
from medrnn.config.network import check_network, describe_reading
from medrnn.errors import CatalogError, ConfigError
from medrnn.models.fields import Count, Digest, Interval, NoDigest, Positive, Seconds, Share, Text
from medrnn.models.sure import Sure


class Intervals(TypedDict):
    """95 % intervals; none of an AUC that is not defined."""

    accuracy: Interval
    auc: Interval | None


class RateIntervals(TypedDict):
    """95 % intervals of an operating point."""

    sensitivity: Interval
    specificity: Interval


class OperatingPoint(TypedDict):
    """What a two-class model finds and what it leaves alone (``metrics.operating_point``).

    Attributes:
        threshold: of the probability of the second class, above which it is the answer.
        positives: images of the second class, on which the sensitivity was counted.
        negatives: images of the first class, on which the specificity was counted.
        sensitivity: share of the positives that is found, 0 to 1.
        specificity: share of the negatives that is left alone, 0 to 1.
        intervals: 95 % intervals of both.
    """

    threshold: Share
    positives: Positive
    negatives: Positive
    sensitivity: Share
    specificity: Share
    intervals: RateIntervals


class Figures(TypedDict):
    """What ``metrics.measure`` gives.

    Attributes:
        n: images.
        accuracy: share whose most probable class is the label, 0 to 1.
        balanced_accuracy: the same, each class counting alike; cards of before lack it.
        auc: 0 to 1; None where one class alone is there.
        loss: cross-entropy in nats.
        intervals: left out where they were not asked for.
        operating_point: of two classes only.
    """

    n: Positive
    accuracy: Share
    balanced_accuracy: NotRequired[Share]
    auc: Share | None
    loss: Seconds
    intervals: NotRequired[Intervals]
    operating_point: NotRequired[OperatingPoint]


class SeedFigures(TypedDict):
    """The figures of one of several seeds, and the SHA-256 of its weights where they are kept."""

    seed: Count
    val: Figures
    test: Figures
    digest: NotRequired[Digest]


class MeanFigures(TypedDict):
    """The means over the seeds, on the test split."""

    accuracy: Share
    balanced_accuracy: NotRequired[Share]
    auc: Share | None
    loss: Seconds


Signed = Annotated[float, Meta(ge=-1, le=1)]
SignedInterval = Annotated[list[Signed], Meta(min_length=2, max_length=2)]


class Baselines(TypedDict):
    """What the network has to beat on the same test images (``evaluation.baselines``).

    Attributes:
        majority: always the commonest class of the training images.
        logistic_regression: on the means of 16 x 16 blocks.
        ahead: accuracy of the network less that of the regression, -1 to 1.
        ahead_interval: its 95 % interval, by images; None of too few patients.
        brightness: of series, a regression on how bright their middle is; other cards lack it and what follows.
        brightness_ahead, brightness_ahead_interval: likewise, of the network and that regression.
    """

    majority: MeanFigures
    logistic_regression: MeanFigures
    ahead: Signed
    ahead_interval: SignedInterval | None
    brightness: NotRequired[MeanFigures]
    brightness_ahead: NotRequired[Signed]
    brightness_ahead_interval: NotRequired[SignedInterval | None]


class Metrics(TypedDict):
    """All figures of a card; none of a model whose weights were brought from elsewhere (``UNKNOWN``).

    Attributes:
        val: on the validation split.
        test: on the test split.
        seeds: of each seed where there were several, the kept model's among them.
        mean: over the seeds.
        baselines: of simple ways; cards of before lack them.
        stopped: True where somebody ended the run early.
    """

    val: NotRequired[Figures]
    test: NotRequired[Figures]
    seeds: NotRequired[list[SeedFigures]]
    mean: NotRequired[MeanFigures]
    baselines: NotRequired[Baselines]
    stopped: NotRequired[bool]


UNKNOWN = "unknown"  # in the place of a data set's id


class Counts(TypedDict):
    """Images in each split."""

    train: Count
    val: Count
    test: Count


class Kinds(TypedDict):
    """What kind of images a model was trained on; what contradicts it is of another kind (``models.verdict``).

    ``modalities`` and ``body_parts`` in DICOM's codes; none where its images are no medical ones.
    """

    modalities: list[Text]
    body_parts: list[Text]
    is_colour: bool


class DataFacts(TypedDict):
    """The data set that a model learnt from.

    Attributes:
        name: its id; "own-" and the beginning of its digest where it is not shipped, ``UNKNOWN`` where nobody said.
        title: what a page calls it.
        about: sentences: what the images are, and whence.
        licence: of the images.
        counts: images in each split.
    """

    name: Text
    title: Text
    about: Text
    licence: Text
    counts: Counts


@dataclass(frozen=True)
class Card:
    """A model card, as ``card.json`` beside the weights.

    Attributes:
        id, title: kebab-case name, and what a page calls it.
        config: everything that the training depended on, the reading and the seed among it.
        classes: names in the order of the answer.
        data: name, title, about, licence, counts of the data set.
        preprocessing: crop, window, polarity, size, scale: what is done to an image before it is read.
        metrics: {"val", "test": {n, accuracy, auc, loss, intervals}, "seeds": [...], "mean": {...}}.
        limits: sentences.
        licence: of the weights.
        parameters: number of weights.
        digest: SHA-256 of ``model.safetensors``.
        versions, device, elapsed_s: what it was trained with, and how long it took.
        command: prints the same figures again.
        folder: where the card was read.
        kinds: what kind of images it was trained on; None where nobody said.
        knows: the same in one sentence, with what is not known; empty where nobody said.
        sure: how far its probabilities can be believed; None of cards of before.
        novelty: SHA-256 of ``novelty.safetensors``; empty where the model has no such score.
        learnt: the reading that it learnt, where the one of ``config`` is that of a single shorter series; in no file.
    """

    id: Annotated[str, Meta(pattern=r"^[^./\\\x00-\x1f][^/\\\x00-\x1f]{0,254}$")]
    title: Text
    config: TrainConfig
    classes: tuple[Text, ...]
    data: DataFacts
    preprocessing: Mapping[str, Text | list[Count]]
    metrics: Metrics
    limits: tuple[Text, ...]
    licence: Text
    parameters: Positive
    digest: Digest
    versions: Mapping[str, Text]
    device: Text
    elapsed_s: Seconds
    command: Text
    folder: Path
    novelty: NoDigest = ""
    kinds: Kinds | None = None
    knows: Text = ""
    sure: Sure | None = None
    learnt: ReadingConfig | None = None

    @property
    def reading(self) -> str:
        """Its reading in words."""
        return describe_reading(self.config.model, self.config.reading)

    def as_read(self, reading: ReadingConfig) -> "Card":
        """The card for one series: of a reading that is masked as many slices as that series has.

        Args:
            reading: of the series; another one that the model does not know leaves the card as it is.
        """
        if not self.whole.knows(reading) or self.config.reading == reading:
            return self
        return replace(self, config=replace(self.config, reading=reading), learnt=self.whole)

    @property
    def whole(self) -> ReadingConfig:
        """The reading that it learnt, of a series however short."""
        return self.learnt or self.config.reading

    @property
    def is_measured(self) -> bool:
        """False of weights that were brought from elsewhere: nothing is known of how often they are right."""
        return "test" in self.metrics

    @property
    def summary(self) -> str:
        """The network in words, such as "LSTM 2 x 128, both directions"."""
        model = self.config.model
        is_both = model.is_recurrent and model.is_bidirectional
        return f"{model.title}, both directions" if is_both else model.title

    @property
    def other_seeds(self) -> dict[int, str]:
        """The seeds whose weights lie beside the model's own, and the SHA-256 of each."""
        rows = self.metrics.get("seeds", [])
        found = {row["seed"]: row["digest"] for row in rows if "digest" in row}
        return {seed: digest for seed, digest in found.items() if seed != self.config.seed}


UNWRITTEN = ("folder", "learnt")


def _file() -> type[dict[str, Any]]:
    """The record without what does not stand in the file; its settings check themselves. No checker can follow it."""
    known = [f for f in fields(Card) if f.name not in UNWRITTEN]
    kinds: dict[str, Any] = {f.name: f.type for f in known if f.default is MISSING}
    kinds["config"] = dict[str, Any]
    kinds |= {f.name: NotRequired[f.type] for f in known if f.default is not MISSING}
    return TypedDict("_FILE", kinds)  # type: ignore[no-any-return, operator]


_FILE = _file()


def _check(card: Card) -> None:
    """What no field tells alone."""
    model, reading = card.config.model, card.config.reading
    if len(card.classes) != model.classes:
        raise CatalogError(f"card.json names {len(card.classes)} classes, its settings say {model.classes}.")
    if model.features != reading.features:
        raise CatalogError(
            f"card.json has a network for {model.features} values a step, its reading has {reading.features}."
        )
    check_network(model, reading)
    if card.data["name"] != UNKNOWN and not {"val", "test"} <= card.metrics.keys():
        raise CatalogError("card.json lacks the figures on validation and test.")
    sets = card.sure.get("sets") if card.sure else None
    if sets and len(sets["classes"]) != len(card.classes):
        raise CatalogError("card.json has not one limit a class for its prediction sets.")
    seeds = [row["seed"] for row in card.metrics.get("seeds", [])]
    if len(set(seeds)) < len(seeds):
        raise CatalogError("card.json names a seed twice.")


def seed_file(seed: int | str) -> str:
    """The weights of a further seed, beside those of the first; "*" for all of them."""
    return f"model-seed{seed}.safetensors"


def read_card(folder: Path) -> Card:
    """The card in a folder.

    Raises:
        CatalogError: there is none, or something in it is not as a card has it: says what.
    """
    try:
        raw = disk.read_json(folder / "card.json", _FILE)
        card = Card(**raw | {"config": TrainConfig.from_dict(raw["config"]), "folder": folder})
        _check(card)
        return card
    except FileNotFoundError:
        raise CatalogError(
            f"Expected a model in {folder.name!r}, found no card.json. See 'python -m medrnn models'."
        ) from None
    except (CatalogError, ConfigError) as error:
        raise CatalogError(
            f"The card of {folder.name!r} cannot be used: {str(error).rstrip('.')}. Train the model again."
        ) from None


def write_card(card: Card) -> None:
    """Write ``card.json`` in one move, so that a half-written card is never read.

    Raises:
        ConfigError: the disk is full, or the folder cannot be written.
    """
    raw = {name: value for name, value in vars(card).items() if name not in UNWRITTEN}
    raw["config"] = card.config.to_dict()
    with disk.writing(card.folder / "card.json", "the model's card") as file:
        file.write((json.dumps(raw, indent=1, allow_nan=False) + "\n").encode())

"""Watch a recurrent network read a medical image: what it saw, kept and forgot, and which pixels moved its answer.

>>> import medrnn
>>> study = medrnn.open("assets/samples/chest-child-pneumonia-1.png")
>>> model = medrnn.load("pneumonia-lstm-forward")
>>> medrnn.predict("pneumonia-lstm-forward", study).probabilities

Research and teaching only, not for diagnosis. Importing this package imports neither torch nor streamlit.
"""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medrnn.models.classifier import Classifier
    from medrnn.types import Prediction, Reading, Study

__all__ = ["explain", "load", "open", "predict", "read", "trace", "train"]

_LAZY = {
    "explain": "medrnn.explanation.attribution.explain",
    "trace": "medrnn.explanation.tracing.trace",
    "train": "medrnn.training.run",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """What there is, for ``dir(medrnn)`` and the completion of a notebook."""
    return __all__


def open(path: str | PathLike[str]) -> "Study":
    """The study in a file of any kind that is read, or the series in a zip or a folder; told by the bytes.

    Raises:
        ImageError: there is no image that can be read, or there are several.
    """
    from medrnn.imaging.series.paths import read_one

    return read_one(Path(path))


def load(model_id: str, device: str = "cpu") -> "Classifier":
    """The network of the catalogue in evaluation mode; its ``rnn`` is torch's own module.

    Raises:
        CatalogError: there is no such model.
    """
    from medrnn.models.catalog import load_model

    return load_model(model_id, device)


def read(study: "Study", model_id: str, *, frame: int = 0) -> "Reading":
    """The image as that model reads it; ``.sequence`` is what ``trace`` and ``explain`` take.

    Args:
        study: from ``open``.
        model_id: of the catalogue, or a folder with a card.
        frame: counted from 0.

    Returns:
        Reading: its ``sequence`` is (step, feature) float32 in [0, 1].

    Raises:
        ReadingError: the image is in colour.
    """
    from medrnn.models.catalog import find_card
    from medrnn.sequences import read_study

    return read_study(study, find_card(model_id).config.reading, frame=frame)


def predict(model_id: str, study: "Study", *, frame: int = 0, device: str = "cpu") -> "Prediction":
    """The answer of a model of the catalogue to a study, after the whole image and after each step.

    Args:
        model_id: of the catalogue, or a folder with a card.
        study: from ``open``.
        frame: counted from 0.
        device: "cpu", "cuda", "cuda:0", ...

    Raises:
        CatalogError, ReadingError, DeviceError: no such model, an image it cannot read, no such device.
    """
    from medrnn.models import catalog
    from medrnn.models.predict import predict as run

    card = catalog.find_card(model_id)
    return run(
        load(model_id, device),
        card,
        read(study, model_id, frame=frame),
        catalog.load_novelty(card),
        catalog.load_seeds(card, device),
    )

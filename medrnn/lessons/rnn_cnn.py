"""Beside the lessons: two recurrent networks and a convolutional one, of one size, on the same film."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medrnn import sequences
from medrnn.imaging.samples import read_sample
from medrnn.lessons.lesson import Knob, Lesson, Question
from medrnn.models.describe import describe_network
from medrnn.types import Attribution, Prediction, Reading

if TYPE_CHECKING:
    from medrnn.models.cards import Card
    from medrnn.models.classifier import Classifier

MODELS = {"chest-rows": "GRU over rows", "chest-renet": "2-D sweeps (ReNet)", "chest-cnn": "CNN"}
FILMS = ("chest-film-bacterial-1", "chest-film-bacterial-2", "chest-film-viral-1", "chest-film-normal-1")

LESSON = Lesson(
    id="rnn-cnn",
    title="RNN against CNN on the same image",
    idea="Three networks of about 160,000 weights read one film, each in its own way. Over many films they are right "
    "as often.",
    minutes=8,
    knobs=(
        Knob(
            "film",
            "Film",
            FILMS,
            FILMS[0],
            "Which film all three read. Look where they part, and at which row the recurrent ones make up their mind.",
            ("bacterial, 1", "bacterial, 2", "viral", "normal"),
        ),
        Knob(
            "method",
            "Map",
            ("saliency", "integrated-gradients"),
            "integrated-gradients",
            "How the maps below are made. Look how much three networks that agree can differ in what moved them.",
            ("saliency", "integrated gradients"),
        ),
    ),
    question=Question(
        "Three networks of one size, trained alike on the same films. How far apart is their accuracy on 557 test "
        "films?",
        (
            "The CNN is far ahead: convolutions are made for images",
            "Less than one point in a hundred",
            "The recurrent ones are far ahead: they see the whole film",
        ),
        1,
        "95.3 % (rows), 95.7 % (sweeps) and 95.9 % (CNN), each with a standard error of up to 0.3: no winner here. The "
        "difference is in what can be asked. A recurrent network has an answer after each row; a CNN has none, it is "
        "done with all rows at once. A place of this CNN's last map sees 59 x 59 of 64 x 64 pixels, one of the sweeps' "
        "all of them.",
    ),
    sources=(
        "Visin et al. 2015, [ReNet: a recurrent neural network based alternative to convolutional networks]"
        "(https://arxiv.org/abs/1505.00393).",
        "Films: Kermany et al. 2018, CC BY 4.0. Figures of the models: their cards, page Models.",
    ),
    is_aside=True,
)


@dataclass(frozen=True, eq=False)
class Reader:
    """One network on one film.

    Attributes:
        card: of the network.
        reading: of the film, as all three read it.
        prediction: its answer, with the answers after each row of its map where it has any.
        map: what its answer was sensitive to.
        field: (rows, columns) of the film that one place behind its last layer before the read-out can depend on.
        multiply_adds: for one film.
    """

    card: "Card"
    reading: Reading
    prediction: Prediction
    map: Attribution
    field: tuple[int, int]
    multiply_adds: int

    @property
    def pneumonia(self) -> float:
        """Probability of pneumonia."""
        return float(self.prediction.probabilities[self.card.classes.index("pneumonia")])


def read_all(
    cards: "dict[str, Card]", load: "Callable[[Card], Classifier]", film: str, method: str
) -> tuple[Reader, ...]:
    """All of ``MODELS`` on one film.

    Args:
        cards: at least those of ``MODELS``, by id.
        load: gives the network of a card, which is given back as found.
        film: a sample.
        method: a key of ``explanation.attribution.methods.METHODS``.
    """
    return tuple(_read(cards[name], load(cards[name]), film, method) for name in MODELS)


def _read(card: "Card", model: "Classifier", film: str, method: str) -> Reader:
    from medrnn.explanation.attribution.explain import explain_reading
    from medrnn.models.predict import predict

    reading = sequences.read_study(read_sample(film), card.config.reading)
    layers = describe_network(card.config.model, card.config.reading)
    last = [layer for layer in layers if layer.part in ("encoder", "core")][-1]
    return Reader(
        card=card,
        reading=reading,
        prediction=predict(model, card, reading),
        map=explain_reading(model, card, reading, method=method, target="pneumonia"),
        field=last.field,
        multiply_adds=sum(layer.multiply_adds for layer in layers),
    )

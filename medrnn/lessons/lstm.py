"""Lesson 4: the gates of the LSTM, step by step, and what becomes of the answer when one is held."""

from medrnn.lessons.gates import AS_IT_IS
from medrnn.lessons.images import IMAGE, step_knob
from medrnn.lessons.lesson import Knob, Lesson, Question

MODEL = "mnist-lstm"
UNITS = 128
SETTINGS = {
    AS_IT_IS: "as it is",
    "f-0": "f = 0, forget everything",
    "f-1": "f = 1, forget nothing",
    "i-0": "i = 0, let nothing in",
    "i-1": "i = 1, let everything in",
    "o-0": "o = 0, show nothing",
    "o-1": "o = 1, show everything",
}
MEASURED = 200  # test digits of the shares below
RIGHT = {
    AS_IT_IS: 99,
    "f-0": 6,
    "f-1": 22,
    "i-0": 5,
    "i-1": 82,
    "o-0": 5,
    "o-1": 59,
}  # percent, held by a test

LESSON = Lesson(
    id="lstm",
    title="The gates of the LSTM",
    idea="Three gates between 0 and 1 decide what a cell keeps, what it takes in and what it shows.",
    minutes=8,
    knobs=(
        IMAGE,
        step_knob("Step t", 14, "Which row is read. Look which gates open where the stroke begins."),
        Knob(
            "unit",
            "Unit",
            tuple(range(UNITS)),
            74,
            "Which of the 128 units of the first layer, counted from 0; 74 moves most on the seven.",
        ),
        Knob(
            "set",
            "Hold a gate, in all layers",
            tuple(SETTINGS),
            AS_IT_IS,
            "Holds a gate of every unit at one value at every step, and computes the rest anew. Look what becomes of C "
            "and of the answer.",
            tuple(SETTINGS.values()),
        ),
    ),
    question=Question(
        "Suppose no unit ever forgets: f = 1 everywhere. What becomes of the answers?",
        (
            "They get better: nothing is lost",
            "They stay as they are, the network remembers enough anyway",
            "Most of them become wrong",
        ),
        2,
        "Of the first 200 test digits the network reads 99 % right as it is, 22 % with f = 1 and 6 % with f = 0. "
        "Forgetting is part of the work: what is no longer needed has to leave C. Hold the gates yourself.",
    ),
    sources=(
        "Hochreiter, Schmidhuber 1997, [Long short-term memory](https://doi.org/10.1162/neco.1997.9.8.1735).",
        "Gers, Schmidhuber, Cummins 2000, [Learning to forget](https://doi.org/10.1162/089976600300015015): the "
        "forget gate.",
    ),
)

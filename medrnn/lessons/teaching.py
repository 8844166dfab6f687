"""The teacher's page: in which order, how long, what to show, exercises with answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from medrnn.lessons.lesson import Lesson


@dataclass(frozen=True)
class Exercise:
    """One task with its answer; ``tests/lessons/test_teaching.py`` holds every number of an answer.

    Attributes:
        task: Markdown.
        answer: Markdown.
    """

    task: str
    answer: str


@dataclass(frozen=True)
class Plan:
    """How one lesson is taught.

    Attributes:
        show: what to show, and on what to dwell.
        exercises: one or two.
    """

    show: str
    exercises: tuple[Exercise, ...]


SESSIONS = (  # what goes together, in order
    ("How a network reads", ("sequence", "step", "fading")),
    ("Gates, and what goes wrong without care", ("lstm", "gru", "padding", "clipping")),
    ("Training without fooling oneself", ("decay", "dropout", "imbalance", "width")),
    ("What an answer is worth", ("saliency", "rnn-cnn", "medicine")),
)

PLANS: dict[str, Plan] = {
    "sequence": Plan(
        "Move the step from 1 to 28; at which row does the room know the digit? Then change the order.",
        (
            Exercise(
                "Read the seven by columns. What is the answer, and is the network unsure?",
                "It says 6, with more than 98 %: another order gives no warning.",
            ),
            Exercise(
                "In patches of 4 x 4, how many steps has an image of 28 x 28, and how many values a step?",
                "49 steps of 16 values.",
            ),
        ),
    ),
    "step": Plan(
        "Fill one step of one unit with its numbers, aloud: input, memory, bias, then tanh.",
        (
            Exercise(
                "The terms of a unit sum to 0.5. What does it show? And if they sum to 3?",
                "tanh(0.5) = 0.462 and tanh(3) = 0.995: beyond about 3 it hardly answers any more.",
            ),
        ),
    ),
    "fading": Plan(
        "Let the room guess what is left of the first row at row 28, before you show it.",
        (
            Exercise(
                "Each step keeps nine tenths of a memory. How much of the first row is left 27 steps later?",
                "0.9 to the power of 27 is 0.058: about 6 %.",
            ),
            Exercise(
                "And if each step makes it a tenth larger?",
                "1.1 to the power of 27 is 13.1: it explodes. Only a factor of 1 keeps it.",
            ),
        ),
    ),
    "lstm": Plan(
        "Hold the forget gate at 0, then at 1, and compare what the cell has kept at the last row.",
        (
            Exercise(
                "A forget gate stands at 0.95 and nothing new comes in. After how many steps is less than half left?",
                "After 14: 0.95 to the power of 14 is 0.488.",
            ),
            Exercise(
                "A forget bias of 1, no input, no memory: at what does the gate stand?",
                "At the sigmoid of 1, 0.731: the unit begins by keeping.",
            ),
        ),
    ),
    "gru": Plan(
        "Set one equation beside the other: one gate does what two do in the LSTM.",
        (
            Exercise(
                "z = 0.1, the state was 0.8, the candidate is -0.2. What is the new state?",
                "0.9 x 0.8 + 0.1 x (-0.2) = 0.70.",
            ),
            Exercise(
                "One layer of 128 units reads 28 values. How many weights has it as LSTM, and as GRU?",
                "80,896 and 60,672 in torch, with both bias vectors: four to three.",
            ),
        ),
    ),
    "padding": Plan(
        "Add empty rows one by one until the answer tips over; then show that the masked one did not move at all.",
        (
            Exercise(
                "Sixteen empty rows behind the seven: what does the LSTM say without a mask, and with one?",
                "3 without; with a mask it is 7 again, and no probability differs from that of the digit alone.",
            ),
            Exercise(
                "Sequences of 20, 28 and 40 steps share a batch. How many of its steps are empty?",
                "32: the batch has 3 x 40 = 120 steps, of which 88 are real.",
            ),
        ),
    ),
    "clipping": Plan(
        "Begin with clipping off at a high rate; then by norm. Let the room say what happens to the direction.",
        (
            Exercise(
                "A gradient is (3, 4). What is left of it, clipped by norm at 1, and by value at 1?",
                "(0.6, 0.8), which points the same way, and (1, 1), which is turned by 8.1 degrees.",
            ),
        ),
    ),
    "decay": Plan(
        "Begin at the peak 0.03. Go down to 0.001 and up to 0.1 before you change the schedule.",
        (
            Exercise(
                "Peak 0.03, in steps, 160 steps. What is the rate at step 100, and at step 150?",
                "0.003 and 0.0003: a tenth from step 81 on, a hundredth from step 121 on.",
            ),
            Exercise(
                "At the peak 0.001, which ends lower on the images learnt: cosine or the constant rate?",
                "The constant rate: the cosine's steps become too small too soon.",
            ),
        ),
    ),
    "dropout": Plan(
        "Show the clear seven first, nothing moves; then the unclear eight, and one mask for each image.",
        (
            Exercise(
                "With dropout 0.6, by how much are the states that stay multiplied, and why?",
                "By 2.5, which is 1 / (1 - 0.6): so the sum stays the same on average.",
            ),
            Exercise(
                "Without dropout, after which epoch would you have stopped?",
                "After epoch 17, where the mean loss on the digits kept aside is lowest.",
            ),
        ),
    ),
    "imbalance": Plan(
        "Do not answer the question yourself. Then weights on; then the mirrored film, and ask where the heart is.",
        (
            Exercise(
                "There are 30 normal films and 300 with pneumonia. Which weights make both classes count alike?",
                "5.5 and 0.55: 330 / (2 x 30) and 330 / (2 x 300).",
            ),
            Exercise(
                "At 3 to 1, what are plain and balanced accuracy of always saying pneumonia?",
                "75 % and 50 %.",
            ),
        ),
    ),
    "width": Plan(
        "Let each row of the room choose a width, train them one after another, and see where they land.",
        (
            Exercise(
                "How many weights have 84 LSTM units on 28 values, with ten classes?",
                "39,154: 4 x 84 x (28 + 84) weights, 8 x 84 biases, and 85 x 10 of the head.",
            ),
            Exercise(
                "Which is the smallest width within one standard error of the best, on the digits and on the films?",
                "84 and 42. The rule of thumb says 56 to 84 for both.",
            ),
        ),
    ),
    "saliency": Plan(
        "Show the map alone and ask what it means. Only then leave the weights to chance.",
        (
            Exercise(
                "First film, row occlusion, all weights left to chance: how large is the rank correlation of the maps?",
                "0.56 on average. The map of an untrained network looks much like the true one.",
            ),
            Exercise(
                "What share on the last quarter of the rows would show that no row is special, and what do you find?",
                "25 %. Trained 21 %, with chance weights 91 %.",
            ),
        ),
    ),
    "rnn-cnn": Plan(
        "Let the room bet on a winner before the question is answered.",
        (
            Exercise(
                "Which of the three has to multiply and add most for one film?",
                "The sweeps: 44.7 million, the CNN 21.5, the GRU over rows 12.2.",
            ),
        ),
    ),
    "medicine": Plan(
        "Ask for each study: what is one step?",
        (
            Exercise(
                "A network finds 55.8 % of all episodes with two false alerts for each true one. What share of its "
                "alerts is right?",
                "A third: one of three.",
            ),
        ),
    ),
}


def minutes(lessons: Mapping[str, Lesson], ids: tuple[str, ...]) -> int:
    """Of those lessons that there are.

    Args:
        lessons: by id.
        ids: of a session.
    """
    return sum(lessons[name].minutes for name in ids if name in lessons)

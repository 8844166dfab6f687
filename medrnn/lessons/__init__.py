"""The lessons: what each teaches, and the numbers behind it. No page, no figure."""

from medrnn.lessons import (
    clipping,
    decay,
    dropout,
    fading,
    gru,
    imbalance,
    lstm,
    medicine,
    padding,
    rnn_cnn,
    saliency,
    sequence,
    step,
    width,
)
from medrnn.lessons.lesson import Lesson

LESSONS: dict[str, Lesson] = {  # in the order in which they are read; the pages beside them last
    lesson.id: lesson
    for lesson in (
        sequence.LESSON,
        step.LESSON,
        fading.LESSON,
        lstm.LESSON,
        gru.LESSON,
        padding.LESSON,
        clipping.LESSON,
        decay.LESSON,
        dropout.LESSON,
        imbalance.LESSON,
        width.LESSON,
        saliency.LESSON,
        rnn_cnn.LESSON,
        medicine.LESSON,
    )
}

"""The lessons: what each teaches, and the numbers behind it. No page, no figure."""

from medrnn.lessons import clipping, fading, gru, lstm, padding, sequence, step
from medrnn.lessons.lesson import Lesson

_ORDER = (
    sequence.LESSON,
    step.LESSON,
    fading.LESSON,
    lstm.LESSON,
    gru.LESSON,
    padding.LESSON,
    clipping.LESSON,
)
LESSONS: dict[str, Lesson] = {
    lesson.id: lesson for lesson in _ORDER
}  # as they are read; the pages beside them last

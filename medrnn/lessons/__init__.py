"""The lessons: what each teaches, and the numbers behind it. No page, no figure."""

from medrnn.lessons import fading, gru, lstm, sequence, step
from medrnn.lessons.lesson import Lesson

LESSONS: dict[str, Lesson] = {  # in the order in which they are read; the pages beside them last
    lesson.id: lesson for lesson in (sequence.LESSON, step.LESSON, fading.LESSON, lstm.LESSON, gru.LESSON)
}

"""What lessons compute."""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from medrnn.ui.cached.models import Made, device_lock
from medrnn.ui.serving.kept import Kept

if TYPE_CHECKING:  # torch is not imported here
    pass


LESSONS = 64  # results of lessons that are kept
_lessons = Kept(LESSONS)


def of_lesson(lesson: str, *arguments: Hashable, make: Callable[[], Made]) -> Made:
    """What a lesson computes: on shipped data alone, so made once for all visitors, on the CPU, one at a time.

    Args:
        lesson: its id.
        arguments: all else that it depends on, such as the values of its knobs.
        make: makes it, the first time; it may run shared models, for ``device_lock`` is held.
    """

    def locked() -> Made:
        from threadpoolctl import threadpool_limits

        with (
            device_lock("cpu"),
            threadpool_limits(1),
        ):  # many small products: more threads only wait for each other
            return make()

    return _lessons.get((lesson, *arguments), locked)

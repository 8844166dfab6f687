"""Memory: watch the states and gates change while the network reads."""

from medrnn.ui import answers, cached, memory_view, parts, shell, sidebar
from medrnn.ui.state import session

shell.guard()
study = parts.require_study()
card = parts.require_card()
reading = parts.require_reading(study, card.config.reading)
prediction = answers.of_card(card, reading)
with parts.guarded():
    trace = cached.trace(card, reading, sidebar.chosen_device())

parts.page_header(
    "Memory",
    f"What the network let in, kept and showed while it read the image, {reading.config.line} by {reading.config.line}.",
    prediction,
)
with parts.choices():
    memory_view.choose_part(trace)
memory_view.take_step_from_address(reading)
memory_view.show(study, card, reading, prediction, trace)
memory_view.downloads(card, reading, trace)
parts.novelty_line(prediction)
step = session().step
parts.share(
    model=card.id,
    layer=session().layer + 1,
    direction=session().direction,
    step=None if step is None else step + 1,
)

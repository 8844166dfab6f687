"""Memory: watch the states and gates change while the network reads."""

from medrnn.ui import address, answers, cached, judged, onward, parts, shell, sidebar
from medrnn.ui.lab import memory_view, section, unit_order
from medrnn.ui.lab.scene import Scene

shell.guard()
card = parts.require_card()
words = f"What the network let in, kept and showed while it read the image {card.config.reading.by_line}."
answer = parts.page_header("Memory", words)
study = parts.require_study()
reading = parts.require_reading(study, card.config.reading)
prediction = answers.of_card(card, reading)
judged.show(answer, card, study, reading, prediction)
with parts.guarded():
    trace = cached.trace(card, reading, sidebar.chosen_device())

with shell.choices():
    memory_view.choose_part(trace)
    unit_order.choose_order()
memory_view.take_step(reading)
scene = Scene(study, card, reading, prediction, trace)
memory_view.say(scene)
memory_view.show(scene)
memory_view.downloads(scene)
section.closer(scene)
address.share(model=card.id, **memory_view.shared())
onward.step("memory")

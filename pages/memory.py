"""Memory: watch the states and gates change while the network reads."""

import streamlit as st

from medrnn.ui import address, answers, cached, following, judged, onward, parts, shell, sidebar
from medrnn.ui.lab import maps, memory_view, section, unit_order
from medrnn.ui.lab.scene import Scene

shell.guard()
card = parts.require_card()
answer = parts.page_header("Memory", memory_view.title(card))
study = parts.require_study()
reading = parts.require_reading(study, card.config.reading)
card = card.as_read(reading.config)
prediction = answers.of_card(card, reading)
judged.show(answer, card, study, reading, prediction)
if not card.config.model.is_recurrent:
    memory_view.no_states(card)
    address.share(model=card.id)
    onward.step("memory")
    st.stop()

with shell.choices():
    passage, line = memory_view.choose_passage(card)
    with parts.guarded():
        trace = cached.trace(card, reading, sidebar.chosen_device(), passage.name, line)
    memory_view.choose_part(trace)
    unit_order.choose_order()
memory_view.take_step(passage)
scene = Scene(study, card, reading, prediction, passage, trace, line)
memory_view.say(card, reading, prediction)
memory_view.show(scene)
following.show(study, reading, scene.inference, link=scene.link, key="memory-cuts")
memory_view.downloads(scene)
if passage.is_sweep:
    maps.view(scene)
section.closer(scene)
address.share(model=card.id, **memory_view.shared(passage))
onward.step("memory")

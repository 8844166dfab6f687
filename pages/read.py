"""Read: how the image becomes a sequence, what the model gets to see, and the answers."""

import streamlit as st

from medrnn.ui import address, answers, judged, network, onward, parts, reading_choice, shell, ways

shell.guard()
card = parts.require_card()
config = reading_choice.chosen(card)
answer = parts.page_header("Read", ways.in_words(card.config.model, config))
study = parts.require_study()

left, right = st.columns([5, 3], gap="medium")
with right:
    reading_choice.controls(card, config)
    reading = parts.require_reading(study, config, left)
    card = card.as_read(reading.config)
    way = ways.choose(card, reading)
    reading_choice.what_the_model_sees(study, reading)
    with st.expander("The network"):
        network.show(card.config.model, card.config.reading, key="read", name=card.id)
prediction = answers.of_card(card, reading)
inference = judged.show(answer, card, study, reading, prediction) if prediction else None
with left:
    parts.study_viewer(study, key="read", reading=reading, inference=inference, way=way)
address.share(model=card.id, order=config.order, direction=config.direction)
answers.compare(card, reading)
onward.step("read")

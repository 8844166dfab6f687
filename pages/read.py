"""Read: how the image becomes a sequence, what the model gets to see, and the answers."""

import streamlit as st

from medrnn.ui import answers, parts, reading_choice, shell

shell.guard()
study = parts.require_study()
card = parts.require_card()
header = st.container()

config = reading_choice.chosen(card)
left, right = st.columns([5, 3], gap="medium")
with right:
    config = reading_choice.controls(card)
    reading = parts.require_reading(study, config)
    reading_choice.what_the_model_sees(reading)
with left:
    parts.study_viewer(study, key="read", reading=reading)

with header:
    found = answers.of_card(card, reading)
    parts.page_header(
        "Read",
        f"The image as a sequence: {config.title}, {config.steps} steps of {config.features} values.",
        found,
    )
parts.share(model=card.id, order=config.order, direction=config.direction)
answers.compare(card, reading)

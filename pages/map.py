"""Map: which pixels the answer was sensitive to."""

import streamlit as st

from medrnn.ui import address, answers, cached, judged, map_view, onward, parts, shell, sidebar

shell.guard()
card = parts.require_card()
answer = parts.page_header(
    "Map", "Which pixels this answer was sensitive to; it does not show where a finding is."
)
study = parts.require_study()
reading = parts.require_reading(study, card.config.reading)
prediction = answers.of_card(card, reading)
inference = judged.show(answer, card, study, reading, prediction)

left, right = st.columns([5, 3], gap="medium")
with right:
    method, target, baseline = map_view.controls(card, prediction)
with parts.guarded(), st.spinner(f"Computing {method.replace('-', ' ')}"):
    found = cached.attribution(card, reading, sidebar.chosen_device(), method, target, baseline)
with left:
    parts.study_viewer(study, key="map", reading=reading, attribution=found, inference=inference)
with right:
    map_view.evidence(found, reading, inference, card.config.model.core)
address.share(model=card.id, method=method, target=target, baseline=baseline)
onward.step("map")

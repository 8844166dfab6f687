"""Map: which pixels the answer was sensitive to."""

from medrnn.ui import answers, judged, onward, parts, shell
from medrnn.ui.attribution import view

shell.guard()
card = parts.require_card()
answer = parts.page_header(
    "Map", "Which pixels this answer was sensitive to; it does not show where a finding is."
)
study = parts.require_study()
reading = parts.require_reading(study, card.config.reading)
card = card.as_read(reading.config)
prediction = answers.of_card(card, reading)
inference = judged.show(answer, card, study, reading, prediction)
view.view(card, study, reading, prediction, inference)
onward.step("map")

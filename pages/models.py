"""Models: the catalogue with its cards."""

from medrnn.ui import address, adopting, model_cards, onward, parts, shell
from medrnn.ui.after import view as after

shell.guard()
parts.page_header("Models", "Every model with its data, recipe, measured figures and limits.")
model_cards.damaged()
chosen = model_cards.choose()
adopting.section()
model_cards.show(chosen)
address.share(model=chosen.id, **after.shared(chosen))
after.view(chosen)
onward.step("models")

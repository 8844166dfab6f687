"""An error of the settings in the page's words: the field is called there otherwise than in files and on lines."""

from medrnn.errors import MedrnnError

FIELDS = {  # name of a setting to the label of its field; those that differ in a capital alone are left out
    "width": "Units",
    "layers": "Layers or pairs",
    "size": "Rows or columns",
    "stem": "Channels",
    "encoded": "Values a step",
    "learning_rate": "Learning rate",
    "weight_decay": "Weight decay",
    "clip": "Clip the norm at",
    "clip_value": "Clip values at",
    "label_smoothing": "Label smoothing",
}


def in_words(error: MedrnnError) -> str:
    """Such as "Units, width: expected a number from 1 to 1,024, got 0"."""
    name, colon, _ = str(error).partition(":")
    return f"{FIELDS[name]}, {error}" if colon and name in FIELDS else str(error)

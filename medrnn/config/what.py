"""What a model reads, in our sentences: an image, or a series of slices."""

import re

from medrnn.config.reading import ReadingConfig

ARTICLE = re.compile(r"\b(a)n(?= image\b)", re.IGNORECASE)
WORD = re.compile(r"\b(I|i)mages?\b('s)?")


def named(text: str, reading: ReadingConfig | None) -> str:
    """A sentence of ours about images, about series where the reading reads one.

    Only for texts of ours: a name that came from outside goes in afterwards, so that it stays as it is.

    Args:
        text: says "image" or "images" of what is read.
        reading: by the model that the sentence is about, or of a set of series; None of a set of images.
    """
    if reading is None or not reading.is_series:
        return text
    return WORD.sub(_series, ARTICLE.sub(r"\1", text))


def _series(found: re.Match[str]) -> str:
    """The word for one and for many, with its capital and its apostrophe."""
    return ("Series" if found[1] == "I" else "series") + ("'" if found[2] else "")

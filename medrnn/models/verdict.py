"""The one place that says whether an answer may be read as one: is the image of the kind that the model knows?"""

from functools import partial
from typing import TYPE_CHECKING

from medrnn.config.what import named
from medrnn.models.cards import Card
from medrnn.models.catalog import load_novelty
from medrnn.sequences import on_sheet
from medrnn.sequences.series import is_scale_known
from medrnn.types import Novelty, Reading, Verdict

if TYPE_CHECKING:
    from medrnn.models.novelty import NoveltyModel

SERIES_LEAST = 2  # times as coarse as what the model learnt from a series may be
SILENT = ("", "OT", "SC")  # modalities that say nothing of the picture: none, other, secondary capture


def judge(card: Card, reading: Reading, novelty: Novelty | None) -> Verdict:
    """Compare what an image says of itself, its size and its score with what the card says.

    What the file contradicts makes it of another kind, whatever the score; converting colour to grey excuses nothing.
    An image that is larger than the model's input is made smaller and counts as any other.

    Args:
        card: of the model that answers.
        reading: made with the card's reading.
        novelty: its score, None where the model has none.
    """
    found = tuple(_contradictions(card, reading))
    if found:
        return Verdict("other-kind", found)
    return Verdict("unlike" if novelty and novelty.is_unlike else "within")


def score_of(model: "NoveltyModel | None", card: Card, reading: Reading) -> Novelty | None:
    """How unlike the training data a reading is; of a short series with black in place of the slices that are missing.

    Args:
        model: of the card; None where it has no such score.
        card: the model's own.
        reading: made with the card's reading.
    """
    return model.judge(on_sheet(reading.grid, reading.config, card.whole)) if model else None


def judge_reading(card: Card, reading: Reading) -> tuple[Verdict, str]:
    """The verdict on a reading and its sentence, where no answer is wanted.

    Raises:
        CatalogError: the model's score is damaged.
    """
    novelty = score_of(load_novelty(card), card, reading)
    verdict = judge(card, reading, novelty)
    return verdict, explain_verdict(verdict, card, novelty)


def _contradictions(card: Card, reading: Reading) -> list[tuple[str, str, str]]:
    source, kinds, found = reading.source, card.kinds, []
    if kinds:
        known, parts = kinds["modalities"], kinds["body_parts"]
        if source.modality not in (*SILENT, *known):
            found.append(("modality", source.modality, _any_of(known)))
        if source.body_part and source.body_part not in parts:
            found.append(("body part", source.body_part, _any_of(parts)))
        if source.is_colour and not kinds["is_colour"]:
            found.append(("colour", "colour", "grey"))
    if reading.config.is_series and not is_scale_known(reading.applied, reading.config):
        found.append(
            ("scale", "no distances", f"series whose slices lie {reading.config.slice_mm:g} mm apart")
        )
    (_, _, width, height), (rows, columns) = reading.crop, card.config.reading.shown_size
    if (
        card.config.reading.is_series and card.config.reading.pixel_mm
    ):  # cut out at its size in mm, not made smaller
        height, width = SERIES_LEAST * height, SERIES_LEAST * width
    if height < rows or width < columns:
        came = f"{reading.crop[3]} x {reading.crop[2]}"
        found.append(("size", came, f"{rows} x {columns}"))
    return found


def _any_of(known: list[str]) -> str:
    """Such as "CR, DX or RG"."""
    return " or ".join(filter(None, [", ".join(known[:-1]), *known[-1:]])) or NONE


_WORDS = {
    "modality": "its modality is {}, the model learnt from {}",
    "body part": "its body part is {}, the model learnt from {}",
    "colour": "it is in {}, the model learnt from {} images",
    "scale": "it says {} in mm, the model learnt from {}",
    "size": "it has {} pixels, fewer than the {} that the model reads",
}
NONE = "images that have none"


def explain_verdict(verdict: Verdict, card: Card, novelty: Novelty | None) -> str:
    """The verdict as one sentence, for pages, exports and the command line."""
    say = partial(named, reading=card.config.reading)
    if verdict.name == "other-kind":
        why = "; ".join(
            say(_WORDS[fact]).format(came, say(known) if known == NONE else known)
            for fact, came, known in verdict.contradictions
        )
        return f"Not what {card.id} was trained on: {why}. Its answer means nothing here."
    usual = say(describe_usual(card, novelty))
    if verdict.name == "unlike" and novelty:
        return f"Unlike the training data of {card.id}: {usual[0].lower()}{usual[1:]} Its answer means little here."
    if novelty is None:
        return f"Nothing tells whether {card.id} knows {say('images')} like this one."
    return f"Within what {card.id} knows: {usual[0].lower()}{usual[1:]}"


def describe_usual(card: Card, novelty: Novelty | None) -> str:
    """What a score means, in plain words: one sentence; of fewer than a hundred images how many of them, not of 100."""
    if novelty is None:
        return "Nothing tells whether the model knows images like this one."
    percent = 100 * novelty.share
    if percent >= 99.95:
        return "Every image of its own kind that was tried is more usual."
    counts = card.data["counts"]
    tried = counts["val"] or counts["train"]  # as ``novelty.fit_novelty`` has it
    if tried < 100:
        count = round(novelty.share * tried)
        verb = "is" if count == 1 else "are"
        return f"{count} of the {tried} images of its own kind that were tried {verb} more usual."
    digits = 1 if percent > 99 else 0
    return f"{percent:.{digits}f} of 100 images of its own kind are more usual than this one."

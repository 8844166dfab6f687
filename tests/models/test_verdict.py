"""Whether an answer may be read as one: every shipped sample, real files of other kinds, and sizes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import medrnn
from medrnn import sequences
from medrnn.config import ASSETS
from medrnn.imaging.samples import SAMPLES as SAMPLES_BY_ID
from medrnn.imaging.samples import read_sample
from medrnn.models.catalog import MODELS, find_card, load_novelty
from medrnn.models.verdict import describe_usual, explain_verdict, judge, judge_reading
from medrnn.sequences import read_study
from medrnn.types import Novelty

CHEST, DIGITS = "pneumonia-lstm-forward", "mnist-lstm"
SAMPLES = ASSETS / "samples"


def read(path, model=CHEST, **how):
    card = find_card(model)
    return card, sequences.read_study(medrnn.open(path), card.config.reading, from_colour=True, **how)


@pytest.mark.parametrize(
    ("file", "fact", "came"),
    [
        ("ct-small.dcm", "modality", "CT"),
        ("ct-abdomen.dcm", "modality", "CT"),
        ("mr-brain.dcm", "modality", "MR"),
        ("mr-series.zip", "modality", "MR"),
        ("bone-scan.dcm", "modality", "NM"),
        ("us-grey.dcm", "modality", "US"),
        ("leg-cr.dcm", "body part", "EXTREMITY"),
        ("blood-cells.jpg", "colour", "colour"),
        ("us-colour.dcm", "colour", "colour"),
    ],
)
def test_a_file_that_contradicts_the_card_is_of_another_kind(file, fact, came):
    verdict, sentence = judge_reading(*read(SAMPLES / file))
    assert verdict.name == "other-kind" and not verdict.is_within
    assert came in dict(c[:2] for c in verdict.contradictions)[fact]
    assert sentence.startswith(f"Not what {CHEST} was trained on") and came in sentence


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("kind", ["normal", "pneumonia"])
def test_a_films_small_copy_is_within_what_the_model_knows(kind, number):
    verdict, sentence = judge_reading(*read(SAMPLES / f"chest-child-{kind}-{number}.png"))
    assert verdict.is_within and "more usual than this one" in sentence


@pytest.mark.parametrize("file", ["mr-brain.dcm", "ct-small.dcm", "us-grey.dcm", "leg-cr.dcm"])
def test_without_tags_the_score_finds_it(file, tmp_path):
    """The same picture as a PNG says nothing of itself."""
    card, reading = read(SAMPLES / file)
    rows, columns = 4 * reading.grid.shape[0], 4 * reading.grid.shape[1]
    picture = sequences.draw_crop(medrnn.open(SAMPLES / file), reading, max(rows, columns))
    Image.fromarray(picture).save(tmp_path / "plain.png")
    verdict, sentence = judge_reading(*read(tmp_path / "plain.png"))
    assert verdict.name == "unlike" and sentence.startswith("Unlike the training data")


def test_grey_in_three_channels_is_grey_and_colour_is_not_excused(tmp_path):
    grey = np.asarray(Image.open(SAMPLES / "chest-child-normal-1.png"))
    Image.fromarray(np.repeat(grey[..., None], 3, 2)).save(tmp_path / "rgb.png")
    assert judge_reading(*read(tmp_path / "rgb.png"))[0].is_within
    tinted = np.stack([grey, grey // 2, grey // 3], 2)
    Image.fromarray(tinted).save(tmp_path / "tinted.png")
    assert judge_reading(*read(tmp_path / "tinted.png"))[0].contradictions == (("colour", "colour", "grey"),)


def test_smaller_than_the_model_reads_counts_and_larger_never(tmp_path):
    picture = Image.open(SAMPLES / "chest-child-normal-1.png")
    picture.resize((20, 20)).save(tmp_path / "small.png")
    picture.resize((700, 700), Image.Resampling.BICUBIC).save(tmp_path / "large.png")
    verdict, sentence = judge_reading(*read(tmp_path / "small.png"))
    assert verdict.contradictions == (("size", "20 x 20", "28 x 28"),) and "fewer than" in sentence
    assert judge_reading(*read(tmp_path / "large.png"))[0].is_within
    assert judge_reading(*read(tmp_path / "large.png", crop=(0, 0, 20, 700)))[0].name == "other-kind"


def test_digits_know_no_modality():
    verdict, sentence = judge_reading(*read(SAMPLES / "chest-cr.dcm", DIGITS))
    assert verdict.contradictions[0] == ("modality", "CR", "images that have none")
    assert "images that have none" in sentence
    assert judge_reading(*read(SAMPLES / "digit-4.png", DIGITS))[0].is_within


def test_a_model_of_own_data_contradicts_no_tag():
    card, reading = read(SAMPLES / "ct-small.dcm")
    assert judge(replace(card, kinds=None), reading, None).is_within
    assert "Nothing tells" in explain_verdict(judge(replace(card, kinds=None), reading, None), card, None)


def test_an_answer_carries_its_verdict():
    study = medrnn.open(SAMPLES / "ct-small.dcm")
    assert medrnn.predict(CHEST, study).verdict.name == "other-kind"


FILMS = Path(__file__).resolve().parents[3] / "shared" / "data" / "chest_films"


@pytest.mark.skipif(not FILMS.is_dir(), reason="the full-size films are not at hand")
def test_full_size_films_of_its_own_kind_raise_no_alarm():
    films = sorted(FILMS.glob("*.jpeg"))
    assert [f.name for f in films if not judge_reading(*read(f))[0].is_within] == []
    assert load_novelty(find_card(CHEST)).threshold > 0


SIX = [f"pneumonia-{cell}{way}" for cell in ("rnn", "lstm", "gru") for way in ("", "-forward")]


DIGIT_MODELS = ["mnist-lstm", "mnist-gru", "mnist-rnn"]
LABELLED = [s for s in SAMPLES_BY_ID.values() if s.label and s.model in MODELS]


@pytest.mark.parametrize("sample", LABELLED, ids=lambda s: s.id)
def test_the_gallery_says_which_sample_is_read_wrongly(sample):
    models = {CHEST: SIX, "mnist-lstm": DIGIT_MODELS}.get(sample.model, [sample.model])
    answers = [medrnn.predict(name, medrnn.open(sample.path)) for name in models]
    right = [answer.classes[answer.answer] == sample.label for answer in answers]
    if sample.title.endswith("read wrongly"):
        assert not any(right)
    elif sample.title.endswith("in doubt"):
        assert any(right) and not all(right) and min(a.probabilities.max() for a in answers) < 0.6
    else:
        assert all(right)


def test_a_series_without_distances_in_mm_is_of_another_kind_for_a_model_that_learnt_at_some():
    card, known = find_card("ms-slices"), read_sample("ms-flair")
    unknown = replace(known, spacing_mm=None, geometry=None)
    verdicts = [judge(card, read_study(one, card.config.reading, frame=45), None) for one in (known, unknown)]
    assert [verdict.name for verdict in verdicts] == ["within", "other-kind"]
    assert [fact for fact, _, _ in verdicts[1].contradictions] == ["scale"]
    said = read_study(unknown, card.config.reading, frame=45).warnings
    assert any("no distances in mm" in one for one in said)


def test_of_few_validation_images_their_number_is_said():
    """A share of four images is no share of a hundred."""
    card, novelty = find_card(CHEST), Novelty(0.5, 3.0, 0.34)
    assert describe_usual(card, novelty).startswith("34 of 100 images")
    few = replace(card, data={**card.data, "counts": {"train": 19, "val": 4, "test": 4}})
    assert describe_usual(few, novelty) == "1 of the 4 images of its own kind that were tried is more usual."

"""Which models are suggested for what an image says of itself, held against the verdict on it."""

from dataclasses import replace

import pytest

from medrnn import sequences
from medrnn.imaging.samples import SAMPLES, read_sample
from medrnn.models.catalog import find_card
from medrnn.models.suggest import Fact, best_of_each_set, suggest
from medrnn.models.verdict import judge
from medrnn.types import Source

CHEST, COLUMNS, DIGIT = (
    find_card(name) for name in ("pneumonia-lstm-forward", "pneumonia-lstm-columns", "mnist-lstm")
)


def sized(card, side, **changes):
    config = replace(card.config, reading=replace(card.config.reading, size=(side, side)))
    return replace(card, id=f"{card.id}-{side}", config=config, **changes)


CHEST64 = sized(CHEST, 64, data=CHEST.data | {"name": "chest64"})
CELLS = sized(
    CHEST,
    64,
    data=CHEST.data | {"name": "blood64"},
    kinds={"modalities": ["GM", "SM", "XC"], "body_parts": ["BLOOD"], "is_colour": True},
)
OWN = sized(CHEST, 32, kinds=None)
CARDS = [CHEST, COLUMNS, DIGIT, CHEST64, CELLS, OWN]


def kinds(source, size=None):
    return {fit.card.id: fit.kind for fit in suggest(CARDS, source, size)}


@pytest.mark.parametrize(
    ("source", "first", "kind"),
    [
        (Source("CR", "CHEST"), CHEST64, "fits"),
        (Source("", "CHEST"), CHEST64, "fits"),
        (Source("OT", ""), CHEST64, "unknown"),
        (Source(), CHEST64, "unknown"),
        (Source("GM", "", True), CELLS, "fits"),
        (Source("", "", True), CELLS, "unknown"),
        (Source("CT", "CHEST"), OWN, "unknown"),  # of which nobody said anything
    ],
    ids=["film", "part-alone", "other", "silent", "cells", "silent-colour", "ct"],
)
def test_the_best_comes_first(source, first, kind):
    best = suggest(CARDS, source)[0]
    assert (best.card.id, best.kind) == (first.id, kind)


def test_those_that_fit_alike_stand_by_size_and_then_as_in_the_catalogue():
    names = [fit.card.id for fit in suggest(CARDS, Source("CR", "CHEST"))]
    assert names[:3] == [CHEST64.id, CHEST.id, COLUMNS.id]
    assert set(names) == {card.id for card in CARDS}
    assert [f.card.id for f in best_of_each_set(suggest(CARDS, Source("CR", "CHEST")), 2)] == [
        CHEST64.id,
        CHEST.id,
    ]


def test_an_image_that_is_too_small_contradicts_a_model_that_reads_more():
    found = kinds(Source("CR", "CHEST"), (40, 28))
    assert (found[CHEST64.id], found[CHEST.id]) == ("contradicts", "fits")


def test_grey_contradicts_a_model_of_colours_and_the_reasons_are_facts():
    (fit,) = suggest([CELLS], Source("CR", ""))
    assert fit.kind == "contradicts" and fit.facts == (
        Fact("modality", "CR", ("GM", "SM", "XC"), False),
        Fact("colour", "grey", ("colour",), False),
    )


def test_no_model_at_all():
    assert suggest([], Source()) == [] == best_of_each_set([], 3)


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_contradicts_here_is_of_another_kind_for_the_verdict(sample):
    study = read_sample(sample)
    for card in (CHEST, CHEST64, DIGIT):
        reading = sequences.read_study(study, card.config.reading, from_colour=True)
        (fit,) = suggest([card], sequences.source_of(study), (reading.crop[3], reading.crop[2]))
        assert (fit.kind == "contradicts") == (judge(card, reading, None).name == "other-kind")
        told = {fact.what for fact in fit.facts if not fact.agrees}
        assert told == {what for what, _, _ in judge(card, reading, None).contradictions}


def test_one_image_is_no_series_and_a_series_may_be_read_by_both():
    cards, brain = (find_card("ms-slices"), CHEST), Source("MR", "BRAIN")
    one, many = (suggest(cards, brain, (256, 256), frames) for frames in (1, 20))
    assert [fit.kind for fit in one] == ["contradicts", "contradicts"]
    assert [(fit.card.id, fit.kind) for fit in many][0] == ("ms-slices", "fits")
    assert Fact("frames", "1", ("a series",), False) in one[0].facts + one[1].facts

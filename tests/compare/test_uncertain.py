"""Answers asked again: seeds, shifts and dropout with one mask over time, against loops written out."""

import numpy as np
import pytest
import torch
from scipy.ndimage import shift

from medrnn.compare.uncertain import NO_DROPOUT, NO_SEEDS, WAYS, SameMask, ask_again, moved, with_dropout
from medrnn.config import ModelConfig, ReadingConfig
from medrnn.imaging.samples import read_sample
from medrnn.models.networks import build_network
from medrnn.models.predict import predict
from medrnn.sequences import read_study
from tests import networks

STACK = ModelConfig(cell="lstm", layers=2, width=6, is_bidirectional=True, features=28, dropout=0.4)


def reading_of(config=None):
    return read_study(read_sample("chest-child-pneumonia-1"), config or ReadingConfig())


def made(config, reading=None):
    torch.manual_seed(3)
    return build_network(config, reading or ReadingConfig()).eval()


def state_of(model):
    return (
        {name: value.clone() for name, value in model.state_dict().items()},
        model.training,
        id(model.dropout),
    )


@pytest.mark.parametrize("kind", networks.NETWORKS)
def test_every_network_answers_with_dropout_and_is_given_back_as_found(kind):
    from dataclasses import replace

    config, reading = networks.NETWORKS[kind]
    model = made(replace(config, dropout=0.5, features=reading.features), reading)
    read = read_study(read_sample("blood-cells"), reading, from_colour=True)
    before, chance = state_of(model), torch.get_rng_state()
    first, again = (with_dropout(model, read, passes=8, seed=5) for _ in range(2))
    np.testing.assert_array_equal(first.answers, again.answers)
    assert len(np.unique(first.answers[:, 0])) > 1 and first.seed == 5
    np.testing.assert_allclose(first.answers.sum(1), 1, atol=1e-6)
    after = state_of(model)
    assert before[1:] == after[1:] and torch.equal(chance, torch.get_rng_state())
    assert all(torch.equal(before[0][name], after[0][name]) for name in before[0])


def test_a_mask_is_the_same_at_every_step_and_another_for_every_pass():
    torch.manual_seed(0)
    found = SameMask(0.5)(torch.ones(40, 7, 3, 10))
    assert set(found.unique().tolist()) == {0.0, 2.0}
    assert (found == found[:, :1, :1]).all()
    assert len({tuple(row) for row in found[:, 0, 0].tolist()}) > 30
    assert found.mean() == pytest.approx(1, abs=0.1)


def test_a_stack_drops_the_same_units_between_its_layers_at_every_step():
    """The equations in a loop: the first layer's states times one mask, the second layer, the head's own mask."""
    model, read = made(STACK), reading_of()
    found = with_dropout(model, read, passes=3, seed=9).answers
    x = torch.from_numpy(read.sequence)[None].float().expand(3, -1, -1)
    with torch.no_grad():
        lower, upper = (
            torch.nn.LSTM(28, 6, 1, batch_first=True, bidirectional=True),
            torch.nn.LSTM(12, 6, 1, batch_first=True, bidirectional=True),
        )
        for layer, one in enumerate((lower, upper)):
            for end in ("", "_reverse"):
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                    getattr(one, f"{name}_l0{end}").copy_(getattr(model.rnn, f"{name}_l{layer}{end}"))
        with torch.random.fork_rng():
            torch.manual_seed(9)
            between = torch.empty(3, 1, 12).bernoulli_(0.6) / 0.6
            states = upper(lower(x)[0] * between)[0]
            pooled = model.read_out(states)
            head = torch.empty(3, pooled.shape[1]).bernoulli_(0.6)
        wanted = model.head(pooled * head / 0.6).softmax(-1).double().numpy()
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_the_moved_images_are_the_image_itself_and_its_26_neighbours():
    grid = reading_of().grid
    found = moved(grid)
    assert found.shape == (27, 28, 28)
    np.testing.assert_array_equal(found[0], grid)
    np.testing.assert_allclose(
        found[9], shift(grid, (-0.04 * 28, 0), order=1, mode="nearest").clip(0, 1), atol=1e-6
    )
    assert len({one.tobytes() for one in found}) == 27


def test_all_ways_with_mean_spread_and_cost(tmp_path):
    from medrnn.models.cards import read_card
    from medrnn.models.catalog import load_model, load_seeds

    folder = networks.write(tmp_path, "linear", seeds=(1, 2))
    card = read_card(folder)
    read = reading_of(card.config.reading)
    model, seeds = load_model(folder), load_seeds(card)
    told = ask_again(model, read, seeds, passes=4)
    assert [one.way for one in told] == list(WAYS) and [one.passes for one in told] == [2, 27, 4]
    answers = predict(model, card, read, seeds=seeds)
    np.testing.assert_allclose(told[0].answers, answers.seeds, atol=1e-6)
    np.testing.assert_allclose(told[1].answers[0], answers.probabilities, atol=1e-6)
    assert told[0].spread[1] == pytest.approx(abs(answers.seeds[0, 1] - answers.seeds[1, 1]) / 2, abs=1e-6)
    assert told[1].agree(0) + told[1].agree(1) == 27


def test_what_a_model_does_not_have_is_said():
    from dataclasses import replace

    told = ask_again(made(replace(STACK, dropout=0)), reading_of())
    assert [one.where for one in told] == [NO_SEEDS, "", NO_DROPOUT] and told[2].passes == 0

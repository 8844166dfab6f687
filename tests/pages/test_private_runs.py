"""A run on data that somebody brought is seen by who started it or has its address, and by nobody else."""

from dataclasses import replace

import pytest

from medrnn.datasets.own import keep
from medrnn.errors import CatalogError
from medrnn.models.catalog import find_card, is_private, list_cards, list_damaged, private_id
from medrnn.training.run import train
from medrnn.training.runs import processes
from medrnn.training.runs.begin import claim, new_run
from medrnn.ui import cached
from medrnn.ui.state import KEY
from tests.pages.test_address import arrive
from tests.pages.test_pages import loaded, visit
from tests.pages.test_runs import press, said
from tests.training.alive import state
from tests.training.conftest import config, data, npz  # noqa: F401  fixtures

PAGES = ("open", "read", "memory", "map", "train", "runs", "compare", "models", "learn")


@pytest.fixture
def private(config, data, runs):  # noqa: F811
    """The id of a finished private run, and another one that goes on."""
    run_id = private_id()
    list(train(replace(config, epochs=1), runs / run_id, data=data))
    cached.forget_cards()
    yield run_id
    cached.forget_cards()


def everything(at):
    """All texts and choices of a page, and what its components were sent."""
    choices = [str(option) for box in at.selectbox for option in box.options]
    choices += [str(option) for box in at.multiselect for option in box.options]
    sent = [str(one.proto) for kind in ("bidi_component", "page_link") for one in at.get(kind)]
    return "\n".join([said(at), *choices, *sent])


def test_a_run_on_own_data_gets_a_name_that_nobody_can_guess(config):  # noqa: F811
    names = {new_run(replace(config, data="own:a-token")).name for _ in range(50)}
    assert len(names) == 50 and all(is_private(name) for name in names)
    assert not is_private(new_run(config).name)
    for name in (
        "own-",
        "own-data",
        "own-" + "0" * 31,
        "own-" + "0" * 33,
        "own-" + "g" * 32,
        "x/own-" + "0" * 32,
    ):
        assert not is_private(name)


@pytest.mark.parametrize("page", PAGES)
def test_who_does_not_hold_it_sees_nothing_of_it_on_any_page(private, page):
    at = visit(page, loaded())
    assert not at.exception
    assert private not in everything(at)
    assert private not in at.session_state[KEY].held


def test_who_started_it_sees_it_everywhere_and_the_other_session_still_does_not(private):
    mine, other = loaded(held={private}), loaded()
    for page in ("read", "runs", "models"):
        assert private in everything(visit(page, mine)), page
        assert private not in everything(visit(page, other)), page


@pytest.mark.parametrize(("page", "name"), [("runs", "run"), ("train", "run"), ("models", "model")])
def test_its_address_opens_it_and_a_wrong_one_is_left_out(private, page, name):
    at = arrive(page, loaded(), **{name: private})
    assert not at.exception and private in everything(at)
    assert private in at.session_state[KEY].held
    wrong = arrive(page, loaded(), **{name: private_id()})
    assert not wrong.exception and private not in everything(wrong)
    assert "was left out" in said(wrong) or "No run yet" in said(wrong)


def test_lists_leave_it_out_and_its_name_finds_it(private, runs):
    assert private not in list_cards() and private in list_cards(with_private=True)
    assert processes.list_runs() == []
    assert [run.id for run in processes.list_runs({private})] == [private]
    assert processes.read_run(private).state == "finished"
    assert find_card(private).id == find_card(runs / private).id == private
    with pytest.raises(CatalogError) as refused:
        find_card(private_id())
    assert private not in str(refused.value)
    (runs / private / "card.json").write_text("{}")
    assert list_damaged() == {} and list(list_damaged(with_private=True)) == [private]


def test_a_run_that_others_do_not_see_is_remembered_while_they_look(private, runs, config):  # noqa: F811
    from medrnn.training.runs import states

    processes.read_run(private)
    before = states._watches[runs / private]
    processes.list_runs()
    assert states._watches[runs / private] is before


def test_deleted_it_is_held_no_more(private, runs):
    at = visit("runs", loaded(held={private}, run=private))
    press(at, "Delete the run")
    assert not at.exception and not (runs / private).exists()
    assert private not in at.session_state[KEY].held


def test_a_private_run_that_goes_on_stands_in_the_queue_without_its_name(config, runs):  # noqa: F811
    with claim(runs / private_id(), config) as run:
        assert processes.list_runs() == []
        assert processes.read_run(run.path.name).is_live


def test_a_run_on_data_that_a_visitor_brought_is_private_from_its_start_to_its_card(config, data, runs):  # noqa: F811
    name = keep(data)
    run_id = processes.start_run(replace(config, data=name, epochs=2))
    assert is_private(run_id) and processes.list_runs() == []
    assert state(run_id, "finished", "failed", "died").state == "finished"
    cached.forget_cards()
    token = name.partition(":")[2]
    mine, other = (everything(visit("runs", loaded(held=held))) for held in ({run_id}, set()))
    assert run_id in mine and run_id not in other
    card = (runs / run_id / "card.json").read_text()
    for text in (mine, other, card, "\n".join(processes.log_lines(run_id))):
        assert token not in text  # who sees the run does not get the data by it
    assert run_id not in list_cards() and find_card(run_id).data["name"].startswith("own-")

"""What can be done with a run from its panel: pause, name, note, change and run again; a second browser sees it."""

from dataclasses import replace

import pytest

from medrnn.config import TrainConfig
from medrnn.errors import ConfigError
from medrnn.training.runs import processes
from medrnn.training.runs.begin import claim
from medrnn.training.runs.labels import FILE, MOST_NOTE, MOST_TITLE
from medrnn.ui.state import KEY
from tests.pages.test_pages import loaded, visit
from tests.pages.test_runs import LINES, look, press, said
from tests.training.conftest import config, data, npz  # noqa: F401  fixtures
from tests.training.test_damaged import write


def field(at, label):
    kinds = (at.text_input, at.text_area)
    return next(one for kind in kinds for one in kind if one.label == label)


def labelled(page, run_id, title, note):
    at = look(page, run_id)
    field(at, "Title").input(title)
    field(at, "Note").input(note)
    return press(at, "Keep")


def test_a_title_and_a_note_are_kept_in_the_folder_and_seen_by_everybody(config, runs):  # noqa: F811
    write(runs / "mine", config, *LINES)
    at = labelled("runs", "mine", "  The one with clipping ", "Look at epoch 3.\nIt jumps.")
    assert not at.exception and not at.error
    other = look("runs", "mine")
    assert "The one with clipping" in said(other) and "Look at epoch 3. It jumps." in said(other)
    assert list(other.dataframe[0].value["Title"]) == ["The one with clipping"]
    assert list(other.dataframe[0].value["Run"]) == ["mine"]  # the id stays
    run = processes.read_run("mine")
    assert (run.label.title, run.label.note) == ("The one with clipping", "Look at epoch 3.\nIt jumps.")
    labelled("train", "mine", "", "")
    assert "Title" not in look("runs", "mine").dataframe[0].value


@pytest.mark.parametrize(
    "words", ["![x](http://a.b/c.png)", "**bold** :material/info:", "<b>x</b> $x$", "\u202eevil"]
)
def test_a_title_and_a_note_are_shown_as_text(config, runs, words):  # noqa: F811
    write(runs / "mine", config, *LINES)
    at = labelled("runs", "mine", words, words)
    assert not at.exception
    assert words not in "\n".join([*(m.value for m in at.markdown), *(c.value for c in at.caption)])


def test_what_is_too_long_or_cannot_be_written_is_a_sentence(config, runs):  # noqa: F811
    write(runs / "mine", config, *LINES)
    with pytest.raises(ConfigError, match=f"title: expected at most {MOST_TITLE} characters, got 81"):
        processes.label_run("mine", "x" * (MOST_TITLE + 1), "")
    with pytest.raises(ConfigError, match="note: expected at most 4,000"):
        processes.label_run("mine", "", "x" * (MOST_NOTE + 1))
    (runs / "mine" / FILE).mkdir()
    at = labelled("runs", "mine", "a name", "")
    assert "Expected a place to write the note" in at.error[0].value and not at.exception
    assert not at.run().error


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"title": 5}', b"\xff", b"x" * 100_000])
def test_a_damaged_note_makes_no_run_damaged(config, runs, content):  # noqa: F811
    write(runs / "mine", config, *LINES)
    (runs / "mine" / FILE).write_bytes(content)
    run = processes.read_run("mine")
    assert (run.state, run.label.title) == ("finished", "")
    assert not look("runs", "mine").exception


def test_a_live_run_is_paused_and_the_panel_says_so(config, runs):  # noqa: F811
    with claim(runs / "mine", config) as run:
        run.tell("started", {"device": "cpu", "seed": 0, "train": 9, "val": 9, "test": 9})
        at = press(look("train", "mine"), "Pause the run")
        assert not at.exception and not at.error
        assert processes.read_run("mine").state == "pausing"
        assert next(b for b in at.button if b.label == "Pause the run").disabled
        run.tell("paused", {"step": 3})
    at = look("runs", "mine")
    assert "This run is paused" in said(at)
    assert any(b.label == "Resume the run" for b in at.button)


def test_change_and_run_again_opens_the_form_with_its_settings(config, runs):  # noqa: F811
    mine = TrainConfig(data="mnist", epochs=3, learning_rate=5e-4)
    mine = replace(mine, model=replace(mine.model, classes=10, width=40))
    write(runs / "mine", mine, *LINES)
    at = look("runs", "mine")
    next(b for b in at.button if b.label == "Change and run again").click()
    at.run()
    assert not at.exception
    assert at.title[0].value == "Train"
    assert at.session_state[KEY].draft == mine
    assert 40 in [one.value for one in at.number_input]


def test_data_of_a_folder_are_not_run_again_from_the_page(config, runs):  # noqa: F811
    write(runs / "mine", config, *LINES)
    assert next(b for b in look("runs", "mine").button if b.label == "Change and run again").disabled
    assert visit("train", loaded()).session_state[KEY].draft is None

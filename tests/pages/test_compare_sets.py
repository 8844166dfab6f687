"""Compare, many images: models on a data set's test part, and answers to a visitor's own folder or zip."""

import html
import json
import shlex

import numpy as np

from medrnn.__main__ import build_parser
from medrnn.config import DISCLAIMER
from medrnn.datasets import load_dataset
from medrnn.models.catalog import find_card
from medrnn.ui.compare import set_files, set_images
from medrnn.ui.compare.set_choices import Chosen
from medrnn.ui.state import KEY, Session
from tests.conftest import SAMPLES
from tests.pages.test_address import arrive
from tests.pages.test_opening import pack
from tests.pages.test_pages import assert_header, visit

SMALL = ["pneumonia-rnn-forward", "pneumonia-gru-forward"]


def opened(**choices):
    at = visit("compare", Session(mode="set", data="pneumoniamnist", on_set=SMALL, **choices))
    assert not at.exception and not at.error
    return at


def words(at):
    return " ".join(str(one.value) for kind in (at.caption, at.markdown, at.info, at.warning) for one in kind)


def frame(at, column):
    """The table that has such a column."""
    (found,) = [one.value for one in (*at.dataframe, *at.table) if column in one.value]
    return found.map(lambda cell: html.unescape(cell) if isinstance(cell, str) else cell)  # of ``shown``


def test_the_figures_are_those_of_the_cards_and_every_image_has_a_row():
    at = opened()
    assert_header(at, "compare")
    figures = frame(at, "Figure").set_index("Figure")
    for name in SMALL:
        test = find_card(name).metrics["test"]
        assert figures.loc["Accuracy", name].startswith(f"{100 * test['accuracy']:.1f} % (")
        assert figures.loc["AUC", name].startswith(f"{test['auc']:.3f} (")
        assert figures.loc["Parameters", name] == f"{find_card(name).parameters:,}"
    assert len(frame(at, "Number")) == 624
    assert len(at.get("plotly_chart")) == 2
    assert "McNemar" in words(at) and "no group can be compared" in words(at)
    assert at.query_params["mode"] == "set" and at.query_params["data"] == "pneumoniamnist"
    assert at.query_params["models"] == ",".join(SMALL)


def test_filter_and_search_leave_what_they_say():
    at = opened(listed="disagree")
    rows = frame(at, "Number")
    first, second = (rows[name].str.removesuffix(", wrong") for name in SMALL)
    assert 0 < len(rows) < 624 and (first != second).all() and not rows["Agree"].any()
    at = opened()
    at.text_input(key="compare__search").set_value("17").run()
    assert frame(at, "Number")["Number"].tolist() == [17]
    at.text_input(key="compare__search").set_value("nothing like it").run()
    assert not at.exception and "No image here" in words(at)


def test_models_of_another_size_are_not_offered_and_say_why():
    at = opened()
    assert "chest-renet" not in at.multiselect[0].options
    assert "chest-renet: it reads 64 x 64 pixels, these images have 28 x 28." in words(at)
    at.selectbox(key="medrnn__data").set_value("chest64").run()
    assert not at.exception
    assert at.multiselect[0].value == ["chest-renet", "chest-rows", "chest-cnn"]
    assert "365 patients" in words(at) and "Kind, by the laboratory" in frame(at, "By")["By"].tolist()


def test_an_address_brings_set_and_models_and_leaves_out_what_does_not_fit():
    at = arrive("compare", mode="set", data="pneumoniamnist", models=",".join(SMALL))
    assert at.multiselect[0].value == SMALL
    at = arrive("compare", mode="set", data="pneumoniamnist", models="chest-renet,chest-cnn")
    assert not at.exception and "stand beside each other" in words(at)
    assert "nothing that can be compared" in words(arrive("compare", mode="nonsense"))


def test_the_line_on_the_page_is_one_that_the_command_line_takes():
    at = opened()
    (line,) = [code.value for code in at.code]
    args = build_parser().parse_args(shlex.split(line)[3:])
    assert args.model == SMALL and args.data == "pneumoniamnist"


def test_one_of_eight_classes_is_chosen_for_the_curves():
    at = visit("compare", Session(mode="set", data="blood64"))
    assert not at.exception and at.selectbox(key="medrnn__target_class").value == "platelet"
    at.selectbox(key="medrnn__target_class").set_value("monocyte").run()
    assert not at.exception and "monocyte" in words(at) and "Choose a second model" in words(at)


def test_a_chosen_image_is_the_study_in_view_and_says_whence_it_comes():
    """The click itself is tried in a browser; this is what it does."""
    data, card = load_dataset("pneumoniamnist"), find_card(SMALL[0])
    at = visit("compare", Session(mode="set", data="pneumoniamnist", on_set=SMALL))
    state = at.session_state[KEY]
    set_images.take(state, Chosen(data, (card,), 1, 0.9), 16)
    for page in ("read", "memory", "map", "open"):
        at.switch_page(f"pages/{page}.py").run()
        assert not at.exception and not at.error
    assert state.study.title.startswith("pneumoniamnist test 17, labelled ")
    np.testing.assert_array_equal(state.study.stored[0], data.test.images[16])
    assert state.own == 0 and state.model == SMALL[0]
    at.switch_page("pages/read.py").run()
    label = data.classes[data.test.labels[16]]
    assert any(f"Labelled {label}" in one.value for kind in (at.caption, at.markdown) for one in kind)


def own(at):
    return at.session_state[KEY].own_batch


def drop(at, *files):
    (key,) = [one.key for one in at.file_uploader if one.key.startswith("compare__own-")]
    at.file_uploader(key=key).set_value([(f"Meier^Anna{k}", data, "x/y") for k, data in enumerate(files)])
    at.run()
    assert not at.exception
    return at


def test_a_zip_of_ones_own_gets_a_line_an_image_and_no_name_is_shown():
    names = ("chest-child-pneumonia-1.png", "ct-small.dcm", "blood-cells.jpg")
    images = [(SAMPLES / name).read_bytes() for name in names]
    at = visit("compare", Session(mode="own", own_models=[*SMALL, "chest-renet"]))
    assert "No images yet" in words(at)
    drop(at, pack([*images, b"no image"]))
    rows = frame(at, "File")
    assert rows["File"].tolist() == ["file 1", "file 2", "file 3", "file 4"]
    first = rows.iloc[0]
    assert first[SMALL[0]] == "pneumonia" and first["chest-renet"].startswith(
        "("
    )  # 28 pixels are not its kind
    assert rows["Verdict"].tolist() == ["within, other-kind", "other-kind", "other-kind", "unreadable"]
    assert rows.iloc[1][SMALL[0]].startswith("(") and rows.iloc[3][SMALL[0]] == "none"
    assert rows["Agree"].tolist() == ["yes", "", "", ""]
    assert "Meier" not in words(at) + rows.to_string()
    assert at.query_params["models"] == ",".join([*SMALL, "chest-renet"])
    assert sum("own" in name for name in at.query_params) == 0 and at.session_state[KEY].studies == {}


def test_the_model_that_fits_most_is_taken_until_one_is_chosen():
    at = visit("compare", Session(mode="own"))
    cells = [(SAMPLES / f"cell-{kind}.png").read_bytes() for kind in ("neutrophil", "platelet")]
    drop(at, *cells)
    assert at.multiselect[0].value == ["blood-renet"]
    assert list(frame(at, "File")["Verdict"]) == ["within"] * 2


def test_filters_of_own_images():
    at = visit("compare", Session(mode="own", own_models=SMALL))
    drop(
        at,
        (SAMPLES / "chest-child-pneumonia-1.png").read_bytes(),
        (SAMPLES / "ct-small.dcm").read_bytes(),
        b"x",
    )
    for which, files in (("Not known", "2"), ("Unreadable", "3"), ("All", "123")):
        at.segmented_control(key="compare__own_show").set_value(which).run()
        assert frame(at, "File")["File"].tolist() == [f"file {number}" for number in files]
    at.text_input(key="compare__own_search").set_value("file 3").run()
    assert frame(at, "File")["File"].tolist() == ["file 3"]


def test_what_a_folder_hides_is_left_out_with_a_word():
    at = visit("compare", Session(mode="own", own_models=SMALL[:1]))
    at.toggle(key="compare__own_folder").set_value(True).run()
    (key,) = [one.key for one in at.file_uploader if one.key.startswith("compare__own-")]
    image = (SAMPLES / "chest-child-pneumonia-1.png").read_bytes()
    files = [("films/.DS_Store", b"x", ""), ("films/one.png", image, ""), ("films/DICOMDIR", b"y", "")]
    at.file_uploader(key=key).set_value(files)
    at.run()
    assert not at.exception and len(frame(at, "File")) == 1
    assert "Left out beside the images" in words(at) and "films" not in words(at)


def test_what_cannot_be_unpacked_is_a_line_and_a_new_batch_takes_the_place_of_the_old():
    at = visit("compare", Session(mode="own", own_models=SMALL[:1]))
    drop(at, b"PK\3\4 no zip")
    assert frame(at, "File")["Verdict"].tolist() == ["unreadable"]
    drop(at, (SAMPLES / "digit-7.png").read_bytes())
    assert len(own(at).images) == 1 and own(at).images[0].study is not None


def test_cancelled_work_goes_on_when_asked():
    at = visit("compare", Session(mode="own", own_models=SMALL[:1]))
    drop(at, (SAMPLES / "chest-child-pneumonia-1.png").read_bytes())
    batch = own(at)
    batch.answers.clear()
    batch.is_stopped = True
    at.run()
    assert "Cancelled" in words(at) and not at.exception
    next(b for b in at.button if b.label == "Go on").click()
    at.run()
    assert len(frame(at, "File")) == 1


def test_nothing_of_a_batch_is_left_when_the_session_ends():
    state = Session(mode="own")
    state.own_batch = object()
    state.forget_all()
    assert state.own_batch is None


def test_the_report_holds_the_pictures_and_the_numbers():
    from medrnn.ui import cached

    cards = tuple(map(find_card, SMALL))
    found = cached.comparison(cards, "pneumoniamnist", "cpu", 1, 0.9)
    text = set_files.html_of(found)
    assert text.count('<img src="data:image/png;base64,') == 624 and DISCLAIMER in text
    assert json.loads(set_files._json(found))["n"] == 624
    assert cached.comparison(cards, "pneumoniamnist", "cpu", 1, 0.9) is found

"""The page Data in its states: nothing, a shipped set, a visitor's own of every kind, wrong files, deleted."""

import html
import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from medrnn.config import TrainConfig
from medrnn.datasets import load_dataset, own
from medrnn.models.catalog import runs_folder
from medrnn.training.runs import begin
from medrnn.ui.state import KEY
from tests.datasets.test_datasets import arrays
from tests.imaging.made import make_dicom
from tests.pages.test_address import arrive
from tests.pages.test_help import silent
from tests.pages.test_pages import assert_header, components, visit


def state(at):
    return at.session_state[KEY]


def words(at):
    kinds = (at.markdown, at.caption, at.info, at.warning, at.error)
    return "\n".join(one.value for kind in kinds for one in kind)


def button(at, label):
    return next(one for one in at.button if one.label == label)


def drop(at, *files):
    """Files as (name, bytes)."""
    (key,) = [one.key for one in at.file_uploader if one.key.startswith("data__files")]
    at.file_uploader(key=key).set_value([(name, data, "x/y") for name, data in files])
    at.run()
    assert not at.exception
    return at


def png(image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def pack(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, data in members.items():
            packed.writestr(name.replace("__", "/"), data)
    return file.getvalue()


def class_folders(rng, count=8, side=32):
    """A zip of two classes, two pictures of each patient, one copy under the other label, a text file."""
    members = {}
    for k in range(count):
        for name in ("ill", "well"):
            image = rng.integers(0, 256, (side, side), np.uint8)
            members[f"set__{name}__Doe{k // 2}_{k}.png"] = png(image)
    members["set__well__Doe0_copy.png"] = members["set__ill__Doe0_0.png"]
    members["set__ill__notes.txt"] = b"no image"
    return pack(**members)


@pytest.fixture
def brought(rng):
    return drop(visit("data"), ("Meier^Anna.zip", class_folders(rng)))


def test_with_nothing_chosen_the_shipped_sets_are_on_offer():
    at = visit("data")
    assert not at.exception and not at.error
    assert_header(at, "data")
    assert "No data yet" in at.info[0].value
    button(at, "PneumoniaMNIST").click()
    at.run()
    assert not at.exception and not at.info and state(at).on_data == "pneumoniamnist"


def test_a_shipped_set_shows_its_counts_faults_and_pictures():
    at = arrive("data", data="pneumoniamnist")
    assert_header(at, "data")
    table = at.table[0].value
    assert table.set_index("Class")["train"].to_dict() == {"normal": "1,214", "pneumonia": "3,494"}
    assert "Leaks: " in words(at) and "lie in two splits" in words(at)
    assert len(components(at, "medrnn_tiles")) == 2
    assert [one.label for one in at.get("download_button")][:3] == [
        "Set (npz)",
        "Report (CSV)",
        "Report (JSON)",
    ]
    assert "Delete for good" not in [one.label for one in at.button] and silent(at) == []
    spec = json.loads(at.get("plotly_chart")[0].proto.spec)
    assert {one["name"]: sum(one["x"]) for one in spec["data"]} == {
        "train": 4708,
        "validation": 524,
        "test": 624,
    }
    assert at.query_params["data"] == "pneumoniamnist"


def test_a_zip_of_ones_own_is_counted_kept_and_named_nowhere(brought):
    at = brought
    (name,) = state(at).own_sets
    data = load_dataset(name)
    assert data.counts == {"train": 12, "val": 3, "test": 2} and data.size == (28, 28)
    said = words(at)
    assert "Left out: 1 file that is no image" in said and "Contradiction: 1 pair of" in said
    assert "Doe" not in said and "Meier" not in said and silent(at) == []
    assert at.query_params["data"] == name
    assert at.selectbox(key="data__set").value == name


def test_another_rule_deals_the_images_anew_and_lets_the_former_set_go(brought):
    at = brought
    (before,) = state(at).own_sets
    next(one for one in at.selectbox if one.label == "Patients").set_value("name")
    at.run()
    assert not at.exception
    (after,) = state(at).own_sets
    assert after != before and not own.has_own(before)
    data = load_dataset(after)
    assert data.findings.is_by_patient and "None stands in two splits" in words(at)
    next(one for one in at.selectbox if one.label == "Patients").set_value("pattern")
    at.run()
    assert state(at).own_sets == [after]  # nothing is done before a pattern is there
    at.text_input(key=[one.key for one in at.text_input if one.label == "Pattern"][0]).set_value("(a+)+")
    at.run()
    assert "may take for ever" in words(at) and not at.exception


def test_copies_are_left_out_where_that_is_asked(brought):
    at = brought
    said = "The switch Without copies above leaves out those that are the same"
    assert any(one.value.startswith("Contradiction") and said in one.value for one in at.warning)
    next(one for one in at.toggle if one.label == "Without copies").set_value(True)
    at.run()
    assert not at.exception and sum(load_dataset(state(at).on_data).counts.values()) == 15
    assert "2 copies of other pictures, or ones under two labels" in words(
        at
    ) and "Contradiction" not in words(at)


def test_given_splits_with_a_patient_in_two_are_dealt_anew(rng):
    made = arrays(rng, count=20)
    made |= {f"{split}_groups": np.arange(20) // 2 for split in ("train", "val", "test")}
    at = drop(visit("data"), ("x.npz", save(**made)))
    assert "Leak: 10 patients stand in train and test" in words(at)
    next(one for one in at.toggle if one.label == "Deal out anew").set_value(True)
    at.run()
    assert not at.exception and "None stands in two splits" in words(at) and silent(at) == []


def run_folder(name):
    """A run that waits, as its process finds it."""
    begin.claim(begin.new_run(TrainConfig(data=name)), TrainConfig(data=name)).close()


def cross_validation(name):
    folder = runs_folder() / ".grids" / ("a" * 22)
    folder.mkdir(parents=True)
    (folder / "settings.json").write_text(json.dumps(TrainConfig(data=name).to_dict()))


@pytest.mark.parametrize("begin_on", [run_folder, cross_validation])
def test_a_set_that_anybody_began_on_stays_when_a_choice_changes(brought, begin_on):
    at = brought
    (before,) = state(at).own_sets
    begin_on(before)
    for seed, stays in ((3, before), (4, "")):
        on_view = state(at).on_data
        next(one for one in at.select_slider if one.label == "Dealt out by seed").set_value(seed)
        at.run()
        assert not at.exception and state(at).on_data != on_view and own.has_own(on_view) == bool(stays)
    assert own.has_own(before)


def test_a_set_that_a_run_began_on_stays_when_a_choice_changes(brought):
    at = brought
    (before,) = state(at).own_sets
    state(at).trained_on.add(before)
    next(one for one in at.select_slider if one.label == "Dealt out by seed").set_value(3)
    at.run()
    assert not at.exception and own.has_own(before) and state(at).on_data != before


def test_delete_takes_the_set_from_the_disk_and_from_train(brought):
    at = brought
    (name,) = state(at).own_sets
    state(at).learn_from = name
    at.button(key="data__delete").click()
    at.run()
    assert not at.exception and not own.has_own(name) and list(own.own_folder().iterdir()) == []
    assert state(at).own_sets == [] and state(at).learn_from == "" and "No data yet" in words(at)


def test_a_damaged_set_is_a_sentence_and_can_still_be_deleted():
    name = own.keep(load_dataset("busi64"))
    arrays_file = own.own_folder() / name.removeprefix("own:") / "arrays.npz"
    arrays_file.write_bytes(arrays_file.read_bytes()[:-9])
    at = arrive("data", data=name)
    assert not at.exception and "damaged on the disk" in at.error[0].value
    at.button(key="data__delete").click()
    at.run()
    assert not at.exception and not own.has_own(name) and "No data yet" in words(at)


def test_a_set_that_nothing_can_be_learnt_from_says_so(rng):
    made = arrays(rng) | {"test_labels": np.full((6, 1), 5, np.uint8)}
    at = drop(visit("data"), ("x.npz", save(**made)))
    assert "Nothing can be learnt from this set as it is." in words(at)
    assert next(one for one in at.button if one.label == "Train on this").disabled


def test_who_has_the_address_sees_the_set_and_nobody_else(brought):
    (name,) = state(brought).own_sets
    other = arrive("data", data=name)
    assert not other.exception and state(other).on_data == name and "Own data" in words(other)
    assert name not in repr([one.proto for one in visit("data").main if one.proto])
    gone = arrive("data", data="own:" + "a" * 22)
    assert not gone.exception and "is no data set here" in words(gone) and "No data yet" in words(gone)


def test_train_takes_a_set_of_ones_own_with_what_fits_it(brought):
    (name,) = state(brought).own_sets
    at = arrive("train", data=name)
    assert not at.exception and (state(at).learn_from, state(at).recipe) == (name, "fits")
    assert "Start training" in [one.label for one in at.button]


def save(**made):
    file = io.BytesIO()
    np.savez(file, **made)
    return file.getvalue()


def test_of_an_npz_with_several_labels_one_is_chosen(rng):
    made = arrays(rng, count=12)
    for split in ("train", "val", "test"):
        made[f"{split}_labels"] = rng.integers(0, 2, (12, 3)).astype(np.uint8)
        made[f"{split}_labels"][:2] = [[1, 1, 0], [1, 0, 1]]
    at = drop(visit("data"), ("labels.npz", save(**made)))
    assert "one label an image, got 3" in words(at) and state(at).own_sets == []
    next(one for one in at.selectbox if one.label == "Label").set_value(1)
    at.run()
    assert not at.exception and load_dataset(state(at).on_data).classes == ("not label 2", "label 2")


def test_images_and_labels_alone_are_dealt_out_and_the_page_says_so(rng):
    images, labels = rng.integers(0, 256, (40, 12, 12), np.uint8), np.arange(40) % 2
    at = drop(visit("data"), ("plain.npz", save(images=images, labels=labels)))
    data = load_dataset(state(at).on_data)
    assert (len(data.train), len(data.val), len(data.test)) == (28, 6, 6) and not at.error
    assert "No images in val and test: dealt out of train within each class, seed 0." in words(at)
    next(one for one in at.select_slider if one.label == "Dealt out by seed").set_value(3)
    at.run()
    assert not np.array_equal(load_dataset(state(at).on_data).test.images, data.test.images)


def test_of_volumes_the_middle_slice_is_taken_until_another_cut_is(rng):
    made = arrays(rng, shape=(5, 28, 28))
    at = drop(visit("data"), ("volumes.npz", save(**made)))
    assert np.array_equal(load_dataset(state(at).on_data).train.images, made["train_images"][:, 2])
    next(one for one in at.selectbox if one.label == "Volumes").set_value("maximum")
    at.run()
    assert np.array_equal(load_dataset(state(at).on_data).train.images, made["train_images"].max(1))


def test_dicom_files_with_a_table_are_dealt_by_dicoms_own_patient(rng):
    files = [
        (f"f{k}.dcm", make_dicom(rng.integers(0, 4000, (30, 30), np.uint16), PatientID=f"Doe{k // 2}"))
        for k in range(20)
    ]
    table = "file,label\n" + "\n".join(f"f{k}.dcm,{'ab'[k // 2 % 2]}" for k in range(20))
    at = drop(visit("data"), *files, ("labels.csv", table.encode()))
    data = load_dataset(state(at).on_data)
    assert (data.findings.patients, data.findings.is_by_patient) == ("dicom", True)
    assert "Patients: train" in words(at) and "Doe" not in words(at)


@pytest.mark.parametrize(
    ("name", "data", "match"),
    [
        ("x.zip", b"PK\3\4 no zip", "zip"),
        ("x.png", b"no image", "a folder for each class"),
        ("x.zip", pack(a__1=b"x", b__1=b"y"), "Left out: 2 files that are no images"),
        ("x.npz", save(other=np.zeros(3)), "Expected the MedMNIST keys train_images"),
        ("x.npz", save(train_images=np.zeros((3, 9, 9), np.float32)), "train_labels is missing"),
    ],
    ids=range(5),
)
def test_what_makes_no_set_is_a_sentence_and_the_page_stays(name, data, match):
    at = drop(visit("data"), (name, data))
    assert any(match in html.unescape(one.value) for one in at.error), words(at)
    assert_header(at, "data")
    assert state(at).own_sets == [] and not own.own_folder().exists()


def test_a_wrong_file_does_not_take_away_the_set_before(brought):
    (name,) = state(brought).own_sets
    at = drop(brought, ("x.zip", b"PK\3\4 no zip"))
    assert at.error and state(at).own_sets == [name] and own.has_own(name)


def test_a_class_name_is_shown_as_text(rng):
    members = {f"[a](http://x.y)__{k}.png": png(rng.integers(0, 256, (30, 30), np.uint8)) for k in range(4)}
    members |= {f"**b**__{k}.png": png(rng.integers(0, 256, (30, 30), np.uint8)) for k in range(4)}
    at = drop(visit("data"), ("x.zip", pack(**members)))
    assert state(at).own_sets and "http://x.y" not in words(at) and "****" not in words(at)
    assert not any("](" in name or "**" in name for name in at.table[0].value["Class"])


def test_a_pressed_picture_becomes_the_image_in_view_and_the_one_before_leaves(monkeypatch):
    from medrnn.ui.data import wall

    at = arrive("data", data="pneumoniamnist")
    data, session = load_dataset("pneumoniamnist"), state(at)
    with monkeypatch.context() as patched:  # the browser's press, which no script hears here
        patched.setattr(wall, "session", lambda: session)
        wall.look_at(data, "pneumoniamnist", "train", 7)
        wall.look_at(data, "pneumoniamnist", "val", 3)
    assert len(session.studies) == 1 and session.looked_at.index == 3
    at.run()
    assert not at.exception and len(components(at, "medrnn_viewer")) == 1
    assert "labelled" in words(at)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (np.full(6, np.nan), "expected 6 whole numbers from 0"),
        (np.arange(6) * 10**12, "at most 1,000 classes"),
    ],
    ids=["nan", "huge"],
)
@pytest.mark.parametrize("names", [{}, {"classes": np.array(["a", "b"])}], ids=["", "named"])
def test_labels_of_a_file_that_are_no_classes_are_a_sentence(rng, labels, said, names):
    file = io.BytesIO()
    np.savez(file, **(arrays(rng) | {"train_labels": labels} | names))
    at = drop(visit("data"), ("odd.npz", file.getvalue()))
    assert any(said in one.value for one in at.error) and not own.own_folder().exists()


def test_a_class_that_a_split_lacks_and_a_patient_of_most_images_are_warned_of_here_and_on_train(rng):
    members = {f"s__{name}__film_{k}.png": png(rng.integers(0, 256, (32, 32), np.uint8))
               for name in ("ill", "well") for k in range(8)}  # fmt: skip
    members |= {f"s__well__{one}_1.png": png(rng.integers(0, 256, (32, 32), np.uint8)) for one in ("x", "y")}
    at = drop(visit("data"), ("films.zip", pack(**members)))
    assert not any("lacks" in one.value for one in at.warning)
    next(one for one in at.selectbox if one.label == "Patients").set_value("name")
    at.run()
    train = arrive("train", data=state(at).on_data)
    for page in (at, train):
        said = [one.value for one in page.warning]
        for words_of in ("Missing: of 2 classes val lacks 1, test lacks 1.", "One patient: 16 of 18 images"):
            assert any(one.startswith(words_of) for one in said), said
        assert not page.exception


def test_refused_files_leave_no_sentence_and_no_counts_of_others_beside_theirs(rng):
    at = drop(visit("data"), ("vol.npz", save(**arrays(rng, shape=(4, 28, 28)))))
    (first,) = state(at).own_sets
    made = arrays(rng)
    made |= {f"{split}_labels": np.ones((6, 3), np.uint8) for split in ("train", "val", "test")}
    drop(at, ("multi.npz", save(**made)))
    assert len(at.error) == 1 and "Choose the label that is learnt as yes or no, 1 to 3" in at.error[0].value
    assert state(at).on_data == "" and not any(one.label == "Train on this" for one in at.button)
    assert not any("--" in one.value for one in at.error) and own.has_own(first)
    drop(at, ("none.zip", pack(a=b"no image")))
    assert len(at.error) == 1 and "Choose the label" not in at.error[0].value
    at.selectbox(key="data__set").set_value(first)
    at.run()
    assert not at.error and state(at).on_data == first
    drop(at, ("none.zip", pack(a=b"no image")))
    assert len(at.error) == 1 and "the set from before" in words(at) and state(at).on_data == first


def test_the_list_of_sets_keeps_its_choice_when_it_is_cleared(brought):
    at = brought
    (name,) = state(at).own_sets
    at.selectbox(key="data__set").set_value(None)
    at.run()
    assert not at.exception and state(at).on_data == name and at.selectbox(key="data__set").value == name

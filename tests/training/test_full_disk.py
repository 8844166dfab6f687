"""A full disk, a read-only one, a file in place of the folder: a sentence, a run that failed, and nothing by halves."""

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace

import pytest

from medrnn.errors import ConfigError
from medrnn.models.catalog import list_cards, load_model
from medrnn.training.run import train
from medrnn.training.runs import processes
from medrnn.training.runs.begin import claim
from tests.conftest import ROOT
from tests.test_disk import small_disk
from tests.training.alive import is_learning, state, wait_for

FULL = "the disk is full. Free some space"


class Disk:
    """The small disk on which the runs lie."""

    def __init__(self, folder):
        self.folder = folder

    def mount_again(self, how):
        subprocess.run(["mount", "-o", f"remount,{how}", self.folder], check=True)

    def fill(self):
        """Take every byte that is left."""
        with (self.folder / ".ballast").open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))


@pytest.fixture
def disk(runs):
    with small_disk(runs, "4m") as folder:
        yield Disk(folder)


def test_a_start_on_a_full_disk_is_a_sentence_and_leaves_nothing(config, runs, disk):
    disk.fill()
    with pytest.raises(ConfigError, match=FULL):
        processes.start_run(config)
    assert processes.list_runs() == []
    assert [f.name for f in runs.iterdir() if not f.name.startswith(".")] == []


def test_a_disk_that_fills_while_a_run_learns_makes_it_fail_with_the_reason(config, runs, disk):
    run_id = processes.start_run(replace(config, epochs=1000))
    wait_for(lambda: is_learning(run_id))
    disk.fill()
    run = state(run_id, "failed", "died", "damaged", "finished")
    assert (run.state, FULL in run.message) == ("failed", True)
    assert run.told.steps
    left = {f.name: f.stat().st_size for f in (runs / run_id).iterdir()}
    left.pop("checkpoint.safetensors", None)  # from which it can go on
    left = {name: size for name, size in left.items() if not name.startswith("events.out.tfevents")}  # a copy
    assert set(left) <= {"lock", "log.txt", "request.json", "config.json", "process.json", "events.jsonl"}
    assert all(size for name, size in left.items() if name.endswith(("json", "jsonl")))
    assert run_id not in list_cards()
    processes.delete_run(run_id)  # on the full disk too
    assert processes.list_runs() == []


def test_on_the_command_line_it_is_exit_code_2_and_one_line(config, runs, disk, tmp_path):
    (tmp_path / "c.json").write_text(json.dumps(replace(config, epochs=1000).to_dict()))
    words = ["-m", "medrnn", "train", "--config", str(tmp_path / "c.json"), "--out", str(runs / "mine")]
    with subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while not process.stderr.readline().startswith("step:"):
            pass
        disk.fill()
        said, told = process.communicate(timeout=120)
    lines = [line for line in told.splitlines() if not line.startswith(("step:", "epoch:"))]
    assert (process.returncode, said, len(lines)) == (2, "", 1)
    assert lines[0].startswith("error: ") and FULL in lines[0]


@pytest.mark.parametrize("room", (72, 96, 120, 144, 180))
def test_however_little_room_there_is_a_run_is_whole_or_has_failed(config, runs, disk, room):
    disk.mount_again(f"size={room}k")  # kilobytes: the weights alone take 60
    config = replace(config, epochs=1, model=replace(config.model, width=64))
    try:
        last = list(train(config, runs / "mine"))[-1].kind
    except ConfigError as error:
        last = "failed"
        assert FULL in str(error)
    if not (runs / "mine").exists():
        assert last == "failed"  # there was no room to begin
        return
    assert processes.read_run("mine").state == last
    assert not list((runs / "mine").glob(".*")) and not (runs / "mine" / "reserve").exists()
    assert (last == "finished") is ("mine" in list_cards())
    if last == "finished":
        load_model("mine")
    else:
        assert FULL in processes.read_run("mine").message
        assert (
            not list((runs / "mine").glob("[!c]*.safetensors")) and not (runs / "mine" / "card.json").exists()
        )


def test_on_a_read_only_disk_every_press_is_a_sentence(config, runs, disk):
    with claim(runs / "dead", config):
        pass
    disk.mount_again("ro")
    for press in (
        lambda: processes.start_run(config),
        lambda: processes.stop_run("dead"),
        lambda: list(train(config, runs / "new")),
    ):
        with pytest.raises(ConfigError, match="it can only be read. Name another place, or ask its owner"):
            press()
    with pytest.raises(ConfigError, match="Expected to delete the run, it cannot be: read-only file system"):
        processes.delete_run("dead")
    assert [run.state for run in processes.list_runs()] == ["died"]


def test_a_file_in_place_of_the_folder_of_runs_is_a_sentence(config, runs):
    runs.write_text("a file")
    with pytest.raises(ConfigError, match="Expected a place to write the run"):
        processes.start_run(config)
    assert processes.list_runs() == []

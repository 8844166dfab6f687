"""A run begins in a new or an empty folder, or says what stands there; a folder has one owner; delete removes one."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from medrnn.errors import ConfigError
from medrnn.models.catalog import list_cards
from medrnn.training.run import train
from medrnn.training.runs import processes
from medrnn.training.runs.begin import claim
from tests.conftest import ROOT
from tests.training.alive import kill, state, wait_for


def contents(folder):
    return {f.name: (f.read_bytes(), f.stat().st_mtime_ns) for f in Path(folder).iterdir()}


def command(config, tmp_path, out):
    """``medrnn train`` into a folder, as a process."""
    (tmp_path / "c.json").write_text(json.dumps(config.to_dict()))
    words = ["-m", "medrnn", "train", "--config", str(tmp_path / "c.json"), "--out", str(out)]
    return subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def died(config, runs, out):
    with claim(out, config) as run:
        run.tell("waiting")


def failed(config, runs, out):
    with pytest.raises(ConfigError), claim(out, config) as run, run.telling():
        raise ConfigError("It cannot be.")


def stopped(config, runs, out):
    with claim(out, config) as run:
        run.tell("stopped", {"epoch": 0, "step": 0})


def damaged(config, runs, out):
    died(config, runs, out)
    (out / "events.jsonl").write_text("[1]\n")


def finished(config, runs, out):
    list(train(replace(config, epochs=1), out))


def leftover_stop(config, runs, out):
    out.mkdir(parents=True)
    (out / "stop").touch()


def card_alone(config, runs, out):
    out.mkdir(parents=True)
    (out / "card.json").write_text("{}")


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (died, "holds the remains of a run that died. Delete it, or choose another folder."),
        (failed, "holds the remains of a run that failed. Delete it"),
        (stopped, "holds a run that was stopped. Delete it"),
        (damaged, "holds the remains of a damaged run. Delete it"),
        (finished, "already holds a finished run. Choose another folder."),
        (leftover_stop, "Expected a new or an empty folder, 'again' holds 1 other files"),
        (card_alone, "holds the remains of a damaged run. Delete it"),
    ],
)
def test_a_folder_with_remains_is_refused_with_the_cure_and_left_as_it_is(
    config, runs, tmp_path, left, words
):
    left(config, runs, runs / "again")
    before = contents(runs / "again")
    with command(config, tmp_path, runs / "again") as process:
        said, told = process.communicate(timeout=120)
    assert (process.returncode, said, told.count("\n")) == (2, "", 1)
    assert told.startswith("error: ") and words in told
    assert contents(runs / "again") == before


def test_a_folder_in_which_a_run_goes_on_is_refused(config, runs):
    with claim(runs / "mine", config):
        before = contents(runs / "mine")
        with pytest.raises(ConfigError, match="A run is going on in 'mine'"):
            list(train(config, runs / "mine"))
        assert contents(runs / "mine") == before


def test_an_empty_folder_is_as_good_as_a_new_one(config, runs):
    (runs / "empty").mkdir(parents=True)
    assert list(train(replace(config, epochs=1), runs / "empty"))[-1].kind == "finished"


def test_of_two_commands_on_one_folder_the_second_refuses_and_writes_nothing(config, runs, tmp_path):
    both = [command(replace(config, epochs=3), tmp_path, runs / "one") for _ in range(2)]
    told = [process.communicate(timeout=170)[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 2]
    loser = told[[process.returncode for process in both].index(2)]
    assert loser == "error: A run is going on in 'one'. Choose another folder.\n"
    run = processes.read_run("one")
    assert run.state == "finished"
    assert [e["kind"] for e in run.events].count("started") == 1
    assert "one" in list_cards()


def test_of_many_that_claim_a_folder_at_once_one_gets_it(runs):
    code = (
        "import sys; from pathlib import Path; from medrnn.config import TrainConfig\n"
        "from medrnn.errors import ConfigError; from medrnn.training.runs.begin import claim\n"
        "sys.stdin.readline(); kept = []\n"
        "for k in range(30):\n"
        "    try: kept.append(claim(Path(sys.argv[1]) / str(k), TrainConfig())); print(k)\n"
        "    except ConfigError: pass\n"
        "sys.stdout.flush(); sys.stdin.readline()"
    )
    words = [sys.executable, "-c", code, str(runs)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    racers = [subprocess.Popen(words, cwd=ROOT, **pipes) for _ in range(4)]
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    wait_for(lambda: len([r for r in processes.list_runs() if (runs / r.id / "request.json").exists()]) == 30)
    won = [number for racer in racers for number in racer.communicate("end\n")[0].split()]
    assert sorted(won, key=int) == [str(k) for k in range(30)]


def test_delete_takes_the_folder_and_never_follows_a_link(config, runs, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "events.jsonl").write_text("precious")
    died(config, runs, runs / "dead")
    (runs / "dead" / "inside").symlink_to(elsewhere)
    (runs / "link").symlink_to(elsewhere)
    (runs / "dangling").symlink_to(tmp_path / "nothing")
    assert {run.id: run.state for run in processes.list_runs()} == {"dead": "died", "link": "damaged"}
    assert "is a link" in processes.read_run("link").reason
    for run_id in ("dead", "link", "dangling"):
        processes.delete_run(run_id)
    assert list(runs.iterdir()) == []
    assert (elsewhere / "events.jsonl").read_text() == "precious"


@pytest.mark.parametrize(
    "name", ["..", "../elsewhere", "", "nothing", "x" * 300, "a\0b", "a/b", ".queue", "\udcff"]
)
def test_only_runs_are_stopped_or_deleted(runs, tmp_path, name):
    (runs / ".queue").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    for work in (processes.delete_run, processes.stop_run, processes.read_run):
        with pytest.raises(ConfigError, match="Expected the id of a run"):
            work(name)
    assert (tmp_path / "elsewhere").is_dir() and (runs / ".queue").is_dir()


def test_a_stop_file_that_is_a_link_is_not_followed(config, runs, tmp_path):
    with claim(runs / "mine", config) as run:
        (run.path / "stop").symlink_to(tmp_path / "made")
        with pytest.raises(ConfigError, match="the wish to stop"):
            processes.stop_run("mine")
    assert not (tmp_path / "made").exists()


def test_a_stop_before_the_first_batch_leaves_no_model(config, runs, monkeypatch):
    events = []
    with claim(runs / "mine", config) as run:
        from medrnn.training.run import train_in

        processes.stop_run("mine")
        events = list(train_in(run, config, device="cpu", command=""))
    assert [event.kind for event in events] == ["stopped"]
    assert processes.read_run("mine").state == "stopped"
    assert "mine" not in list_cards()
    assert not (runs / "mine" / "model.safetensors").exists()


def test_an_interrupted_run_says_so(config, runs):
    events = train(config, runs / "mine")
    next(events)
    events.close()
    run = processes.read_run("mine")
    assert (run.state, run.message) == ("failed", "The run was interrupted.")


def test_the_place_of_own_data_stays_out_of_what_a_run_tells(config, runs, tmp_path):
    place = str(tmp_path / "Meier Anna.npz")
    run_id = processes.start_run(replace(config, data=place))
    run = state(run_id, "failed")
    assert "own data" in run.message and "Meier" not in run.message
    assert b"Meier" not in (runs / run_id / "events.jsonl").read_bytes()
    assert "Meier" not in "".join(processes.log_lines(run_id))


def test_a_run_that_is_killed_can_be_deleted_while_others_read(config, runs):
    run_id = processes.start_run(replace(config, epochs=1000))
    kill(runs / run_id)
    state(run_id, "died")
    processes.delete_run(run_id)
    with pytest.raises(ConfigError):
        processes.read_run(run_id)
    assert not any(f.name.startswith(".deleted") for f in runs.iterdir())

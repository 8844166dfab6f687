"""What TensorBoard reads of a run: the records by a second decoder, and by TensorBoard itself where it is installed."""

import json
import struct
from dataclasses import replace

import pytest
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from medrnn.training import run as runs_module
from medrnn.training.resume import resume
from medrnn.training.run import train
from medrnn.training.runs import processes
from medrnn.training.runs.begin import claim
from medrnn.training.runs.board import NAME, crc32c, record
from tests.training.alive import is_learning, kill, state, wait_for


def event_class():
    """The messages of event.proto and summary.proto that are used, from their published field numbers."""
    file = FileDescriptorProto(name="e.proto", package="t", syntax="proto3")
    fields = {
        "Value": [("tag", 1, "STRING", ""), ("simple_value", 2, "FLOAT", "")],
        "Summary": [("value", 1, "MESSAGE", ".t.Value")],
        "Event": [
            *(("wall_time", 1, "DOUBLE", ""), ("step", 2, "INT64", "")),
            *(("file_version", 3, "STRING", ""), ("summary", 5, "MESSAGE", ".t.Summary")),
        ],
    }
    for name, of in fields.items():
        message = file.message_type.add(name=name)
        for field, number, kind, inner in of:
            label = "LABEL_REPEATED" if field == "value" else "LABEL_OPTIONAL"
            types = {"type": getattr(FieldDescriptorProto, f"TYPE_{kind}"), "type_name": inner or None}
            label = getattr(FieldDescriptorProto, label)
            message.field.add(name=field, number=number, label=label, **types)
    pool = DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("t.Event"))


EVENT = event_class()


def read(folder):
    """(version, {tag: [(step, value), ...]}) of the only file in a folder."""
    (path,) = folder.glob(f"{NAME}*")
    raw, version, found = path.read_bytes(), "", {}
    while raw:
        (length,) = struct.unpack("<Q", raw[:8])
        data = raw[12 : 12 + length]
        assert record(data) == raw[: 16 + length]
        raw, event = raw[16 + length :], EVENT.FromString(data)
        version = event.file_version or version
        for value in event.summary.value:
            found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return version, found


def curve(folder, kind, name):
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    return [(e["step"], pytest.approx(e[name])) for e in events if e["kind"] == kind and e[name] is not None]


def assert_same(folder):
    version, found = read(folder)
    assert version == "brain.Event:2"
    for tag, kind, name in (
        ("loss/training", "step", "loss"),
        ("learning rate", "step", "rate"),
        ("gradient norm", "step", "gradient"),
        ("AUC/validation", "epoch", "val_auc"),
        ("accuracy/validation", "epoch", "val_accuracy"),
    ):
        assert found[tag] == curve(folder, kind, name) and found[tag], tag


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
    ids=["digits", "zeros", "ones", "rising"],
)
def test_the_checksum_is_that_of_rfc_3720(data, crc):
    assert crc32c(data) == crc


def test_a_run_and_its_copy_say_the_same(config, data, runs):
    list(train(replace(config, epochs=2), runs / "mine", data=data))
    assert_same(runs / "mine")


def test_while_it_learns_the_copy_follows(config, data, runs):
    events = train(replace(config, epochs=2), runs / "mine", data=data)
    for event in events:
        if event.kind == "step":
            assert read(runs / "mine")[1]["loss/training"][-1][0] == event.data["step"]


def test_resumed_the_copy_has_each_step_once(config, data, runs, monkeypatch):
    monkeypatch.setattr(runs_module, "EVERY_S", 0.0)
    events = train(replace(config, epochs=2), runs / "mine", data=data)
    for _ in range(6):
        next(events)
    events.close()
    list(resume(runs / "mine", data=data))
    assert_same(runs / "mine")
    steps = [step for step, _ in read(runs / "mine")[1]["loss/training"]]
    assert steps == sorted(set(steps))


def test_killed_and_resumed_in_processes_of_their_own(config, runs):
    run_id = processes.start_run(replace(config, epochs=100))
    wait_for(lambda: is_learning(run_id))
    kill(runs / run_id)
    state(run_id, "died")
    processes.resume_run(run_id)
    assert state(run_id, "finished", "failed", "died").state == "finished"
    assert_same(runs / run_id)


def test_where_it_cannot_be_written_the_run_goes_on(config, data, runs):
    events = train(replace(config, epochs=1), runs / "mine", data=data)
    with claim(runs / "other", config) as run:
        run._board._folder = runs / "nowhere"
        run.tell("waiting")
        run.tell("waiting")
    assert [event["kind"] for event in processes.read_run("other").events] == ["waiting"]
    assert list(events)[-1].kind == "finished"


def test_tensorboard_reads_it(config, data, runs):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    list(train(replace(config, epochs=2), runs / "mine", data=data))
    found = accumulator.EventAccumulator(str(runs / "mine")).Reload()
    scalars = [(one.step, one.value) for one in found.Scalars("loss/training")]
    assert scalars == curve(runs / "mine", "step", "loss")

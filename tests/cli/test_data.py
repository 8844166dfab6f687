"""``data list`` and ``data get`` as scripts use them; nothing here leaves the machine."""

import hashlib
import json

from medrnn.datasets.download import PUBLISHED
from tests.cli.test_cli import lines, run


def test_the_list_names_what_is_shipped_and_what_can_be_fetched(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDRNN_DATA", str(tmp_path))
    (tmp_path / "pneumoniamnist_64.npz").touch()
    (found,) = lines(run("data", "list", "--json"))
    assert {"chest64", "blood64", "mnist"} <= {one["name"] for one in found["shipped"]}
    here = {one["size"]: one["file"] for one in found["published"]}
    assert here == {28: None, 64: str(tmp_path / "pneumoniamnist_64.npz"), 128: None, 224: None}


def test_a_file_that_is_another_is_one_line_on_stderr(tmp_path):
    (tmp_path / "pneumoniamnist_128.npz").write_bytes(b"another")
    done = run("data", "get", "pneumoniamnist", "--size", 128, "--out", tmp_path, code=2)
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1
    md5 = hashlib.md5(b"another", usedforsecurity=False).hexdigest()
    assert f"its MD5 is {md5}, the publisher's is {PUBLISHED['pneumoniamnist'][128].md5}" in done.stderr


def test_what_is_printed_once_it_is_here(tmp_path, capsys, monkeypatch):
    from dataclasses import replace

    from medrnn.__main__ import main
    from medrnn.datasets import download

    one = replace(
        PUBLISHED["pneumoniamnist"][64], md5=hashlib.md5(b"whole", usedforsecurity=False).hexdigest()
    )
    monkeypatch.setitem(download.PUBLISHED["pneumoniamnist"], 64, one)
    (tmp_path / one.file).write_bytes(b"whole")
    monkeypatch.chdir(tmp_path)
    assert main(["data", "get", "pneumoniamnist", "--size", "64", "--out", ".", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "file": "pneumoniamnist_64.npz",
        "bytes": 5,
        "md5": one.md5,
        "licence": "CC BY 4.0",
        "train": "python -m medrnn train --preset pneumonia-lstm --data pneumoniamnist_64.npz "
        "--out runs/pneumoniamnist-64",
    }

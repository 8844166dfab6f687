"""A planted marker is looked for in everything that leaves the reader: wire, pages, downloads, logs, files."""

import os
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server
from tests.browser.test_main_job import go
from tests.markers import WORD, marked_file, traces

pytestmark = pytest.mark.browser


def test_the_test_finds_a_marker_where_there_is_one():
    data, _ = marked_file()
    assert len(traces(data)) == 2
    assert traces("Anna") == []
    assert traces(WORD.encode("utf-16-le")) == [WORD]


def read_all(folder: Path) -> dict[str, bytes]:
    return {str(f): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def contents(path: Path) -> bytes:
    """A download with what is packed in it."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return b"".join(archive.read(name) for name in archive.namelist())
    return path.read_bytes()


def test_no_marker_leaves_the_reader(chromium, visit, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    server, page, sent = Server(tmp_path / "runs"), visit.page, []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sent.append(frame)))
    try:
        page.goto(server.url)
        expect(page.get_by_text("No image yet")).to_be_visible(timeout=60_000)
        data, _ = marked_file()
        page.locator("input[type=file]").first.set_input_files(
            {"name": f"{WORD}^Anna.dcm", "mimeType": "application/dicom", "buffer": data}
        )
        expect(page.get_by_text("28 rows x 28 columns")).to_be_visible(timeout=60_000)
        page.get_by_text("What was applied, in order").click()
        expect(page.get_by_text("before: stored values")).to_be_visible()

        downloads = []
        for name, buttons in (
            ("Read", ["Save picture"]),
            ("Memory", ["Trace (NPZ)", "Table (CSV)", "Both, with a manifest (ZIP)", "Save picture"]),
            ("Map", ["Map (NPZ)", "Save picture"]),
        ):
            go(page, name)
            for button in buttons:
                with page.expect_download(timeout=60_000) as download:
                    page.get_by_role("button", name=button).first.click(timeout=60_000)
                assert traces(download.value.suggested_filename) == []
                downloads.append(Path(download.value.path()))
            assert traces(page.content()) == [], name
            assert traces(page.url) == []
        go(page, "Memory")
        for view in ("Answer over time", "Tracks", "Scan order"):
            page.get_by_role("button", name=view, exact=True).click()
            button = page.get_by_role("button", name="Data (CSV)").first
            expect(button).to_be_visible(timeout=60_000)
            expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
            with page.expect_download(timeout=60_000) as download:
                button.click()
            downloads.append(Path(download.value.path()))
            assert traces(page.content()) == [] and traces(page.url) == []
        go(page, "Open")
        page.get_by_text("Samples and your own images", exact=True).click()
        page.get_by_role("button", name="De-identify DICOM files").click()
        page.get_by_test_id("stPopoverBody").locator("input[type=file]").set_input_files(
            {"name": f"{WORD}.dcm", "mimeType": "application/dicom", "buffer": data}
        )
        with page.expect_download(timeout=60_000) as download:
            page.get_by_role("button", name="Save the files (ZIP)").click(timeout=60_000)
        assert traces(download.value.suggested_filename) == []
        downloads.append(Path(download.value.path()))
        assert traces(page.content()) == []

        assert len(downloads) == 11
        for path in downloads:
            assert traces(contents(path)) == []
        wire = [frame if isinstance(frame, bytes) else frame.encode() for frame in sent]
        assert sum(map(len, wire)) > 50_000
        assert [found for frame in wire if (found := traces(frame))] == []
    finally:
        server.stop()
    left = read_all(tmp_path)
    assert any(name.endswith(".log") for name in left)
    assert {name: found for name, raw in left.items() if (found := traces(raw) or traces(name))} == {}
    assert os.environ["TMPDIR"] == str(scratch)

"""The server itself talks to nobody but its visitors."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
ESTABLISHED, LISTEN = "01", "0A"


def sockets(process_id):
    """(state, local address, remote address) of every TCP socket of a process, from /proc (Linux)."""
    own = set()
    for link in Path(f"/proc/{process_id}/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            own.add(target[8:-1])
    rows = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process_id}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[9] in own:
                rows.append((words[3], words[1].rpartition(":")[0], words[2].rpartition(":")[0]))
    return rows


def is_loopback(address):
    v4 = address[-8:].endswith("7F") and (
        len(address) == 8 or address[:24] in ("0" * 24, "0000000000000000FFFF0000")
    )
    return v4 or address == "00000000000000000000000001000000"


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="reads Linux's /proc")
def test_the_server_listens_and_speaks_on_the_loopback_only(server, visit):
    visit.page.goto(f"{server.url}/read?sample=chest-child-pneumonia-1")
    expect(visit.page.locator(".js-plotly-plot:visible").first).to_be_visible(timeout=90_000)
    rows = sockets(server.process.pid)
    assert any(state == LISTEN for state, _, _ in rows)
    assert any(state == ESTABLISHED for state, _, _ in rows)
    for state, local, remote in rows:
        assert is_loopback(local), (state, local, remote)
        assert state == LISTEN or is_loopback(remote), (state, local, remote)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("0100007F", True),
        ("0200000A", False),
        ("00000000", False),
        ("00000000000000000000000001000000", True),
        ("0000000000000000FFFF00000100007F", True),
        ("0000000000000000FFFF00000200000A", False),
        ("00000000000000000000000000000000", False),
    ],
)
def test_the_test_knows_a_loopback_address(address, expected):
    assert is_loopback(address) is expected

"""The server answers known hosts and origins only; a visitor reaches nobody else. A real server, raw sockets."""

import socket
import subprocess

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from medrnn.ui.serving import hosts
from tests.browser.conftest import Server
from tests.wire import elements, visit

REFUSED = b"Expected "
UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: streamlit\r\n"
)
STREAM = "GET /_stcore/stream"
ROUTES = (
    "GET /",
    "GET /memory?sample=chest-cr",
    "GET /_stcore/health",
    "GET /_stcore/host-config",
    "GET /_stcore/nothing",
    "PUT /_stcore/upload_file/a/b",
    "DELETE /_stcore/upload_file/a/b",
    "OPTIONS /_stcore/upload_file/a/b",
    "GET /media/a.png",
    "GET /static/js/nothing.js",
    "GET /component/nothing/index.html",
    "POST /_stcore/agent/interact",
    STREAM,
)
FOREIGN_HOSTS = (
    "evil.example",
    "evil.example:{port}",
    "localhost.evil.example:{port}",
    "localhost@evil.example",
    "127.0.0.1.evil.example",
    "localhost:{port}, evil.example",
    "[::2]:{port}",
    "10.0.0.1:{port}",
    "",
)
FOREIGN_ORIGINS = (
    "http://evil.example",
    "http://evil.example:{port}",
    "http://localhost.evil.example:{port}",
    "http://localhost:{port}@evil.example",
    "http://localhost:1",
    "http://[",
    "null",
    "",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("server") / "runs")
    yield made
    made.stop()


def ask(server, route, *headers):
    """Status, headers and body (its beginning) of one request, with these headers and no other."""
    lines = [f"{route} HTTP/1.1", *(header.format(port=server.port) for header in headers)]
    upgrade = UPGRADE if route == STREAM else "Connection: close\r\nContent-Length: 0\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(("\r\n".join(lines) + "\r\n" + upgrade + "\r\n").encode())
        raw = b""
        while b"\r\n\r\n" not in raw and (more := line.recv(65536)):
            raw += more
        head, _, body = raw.partition(b"\r\n\r\n")
        while route != STREAM and len(body) < 512 and (more := line.recv(65536)):
            body += more
    first, *rest = head.decode("latin-1").split("\r\n")
    return int(first.split()[1]), {k.lower(): v for k, _, v in (r.partition(": ") for r in rest)}, body


def is_refused(answer):
    status, _, body = answer
    return status in (400, 403) and (body.startswith(REFUSED) or status == 400 or body == b"")


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_is_refused_on_every_route_of_a_server_that_no_session_has_seen(server, host):
    for route in ROUTES:
        own = (
            f"Origin: http://{host or 'localhost'}"  # as a page has it whose name was turned to the loopback
        )
        assert is_refused(ask(server, route, f"Host: {host}", own)), route
        assert is_refused(ask(server, route, f"Host: {host}")), route


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_origin_is_refused_on_every_route(server, origin):
    for route in ROUTES:
        assert is_refused(ask(server, route, "Host: localhost:{port}", f"Origin: {origin}")), route


def test_no_or_two_hosts_or_origins_are_refused(server):
    for route in ROUTES:
        assert is_refused(ask(server, route, "Host: localhost", "Host: evil.example")), route
        assert ask(server, route)[0] in (400, 403), route
        two = ("Origin: http://localhost:{port}", "Origin: http://evil.example")
        assert is_refused(ask(server, route, "Host: localhost:{port}", *two)), route
    assert is_refused(ask(server, STREAM, "Host: localhost:{port}"))  # browsers name it with every websocket


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
def test_the_loopback_is_answered_under_each_name_and_any_port(server, name):
    for port in ("{port}", "9000"):
        host, origin = f"Host: {name}:{port}", f"Origin: http://{name}:{port}"
        assert ask(server, "GET /", host)[0] == 200
        assert ask(server, "GET /", host, origin)[0] == 200
        assert ask(server, "GET /_stcore/health", host)[2] == b"ok"
        assert ask(server, STREAM, host, origin)[0] == 101
        for route in ("PUT /_stcore/upload_file/a/b", "GET /media/a.png"):
            assert not ask(server, route, host, origin)[2].startswith(REFUSED)


def test_every_answer_says_that_it_is_no_frame_and_of_one_kind(server):
    for route in ROUTES[:-1]:
        for host in ("localhost:{port}", "evil.example"):
            _, headers, _ = ask(server, route, f"Host: {host}")
            assert {name: headers.get(name.lower()) for name in hosts.HEADERS} == hosts.HEADERS, route


def test_without_a_list_of_hosts_nobody_is_answered(monkeypatch):
    headers = hosts.Headers({"host": "localhost"})
    monkeypatch.setattr(hosts.st, "get_option", lambda name: [])
    assert "server.allowedHosts" in hosts.reason_to_refuse(headers)


GIT = (
    ("init", "-q", "-b", "main"),
    ("remote", "add", "origin", "https://github.com/somebody/something.git"),
    ("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "--allow-empty", "-m", "first"),
    ("update-ref", "refs/remotes/origin/main", "HEAD"),
    ("branch", "-q", "--set-upstream-to", "origin/main"),
)
SCRIPT = """
import time
import streamlit as st

if __name__ == "__main__":

    @st.cache_data
    def shared():
        return time.monotonic_ns()

    @st.cache_resource
    def lasting():
        return time.monotonic_ns()

    @st.cache_data(scope="session")
    def own():
        return time.monotonic_ns()

    st.text(f"{shared()} {lasting()} {own()}")
else:
    from medrnn.ui.serving.hosts import DOOR, lifespan

    app = st.App(__file__, middleware=DOOR, lifespan=lifespan)
"""


@pytest.fixture(scope="module")
def counting(tmp_path_factory):
    folder = tmp_path_factory.mktemp("counting")
    (folder / "count.py").write_text(SCRIPT)
    for words in GIT:  # a project of which Streamlit would tell branch, remote and the names of new files
        subprocess.run(["git", "-C", folder, *words], check=True)
    made = Server(folder / "runs", script=folder / "count.py")
    yield made
    made.stop()


def kept(visitor):
    """(shared, shared for good, the visitor's own) as the script found them."""
    texts = elements(visitor.rerun(), "text")
    return texts[0].body.split()


def kinds(visitor):
    """What came back, up to the answer to a heartbeat."""
    message = BackMsg()
    message.app_heartbeat = True
    visitor.send(message)
    found = [visitor.receive().WhichOneof("type")]
    while found[-1] != "heartbeat_ack":
        found.append(visitor.receive().WhichOneof("type"))
    return found


def test_clear_cache_empties_the_caches_of_the_visitor_who_sent_it_only(counting):
    with visit(counting.port) as one, visit(counting.port) as other:
        first, second = kept(one), kept(other)
        assert first[:2] == second[:2] and first[2] != second[2]
        message = BackMsg()
        message.clear_cache = True
        one.send(message)
        after = kept(one)
        assert after[:2] == first[:2] and after[2] != first[2]
        assert kept(other) == second


@pytest.mark.parametrize("name", ["load_git_info", "set_run_on_save"])
def test_what_a_visitor_has_no_business_with_is_not_done(counting, name):
    with visit(counting.port) as visitor:
        visitor.rerun()
        kinds(visitor)  # what comes late
        message = BackMsg()
        setattr(message, name, True)
        visitor.send(message)
        assert kinds(visitor) == ["heartbeat_ack"]


@pytest.mark.parametrize(
    ("name", "answers"), [("install_skills", 0), ("dismiss_skills_nudge", 0), ("deferred_file", 1)]
)
def test_of_backend_operations_only_those_that_read_are_done(counting, name, answers):
    with visit(counting.port) as visitor:
        session = next(m for m in visitor.rerun() if m.WhichOneof("type") == "new_session")
        kinds(visitor)  # what comes late
        message = BackMsg()
        message.backend_operation_request.request_id = "1"
        message.backend_operation_request.session_id = session.new_session.initialize.session_id
        getattr(message.backend_operation_request, name).SetInParent()
        visitor.send(message)
        seen = kinds(visitor) + kinds(visitor)  # it is worked on beside the line
        assert seen.count("backend_operation_response") == answers

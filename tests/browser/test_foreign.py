"""What is not ours is shown as it is: no picture, link, script, icon or formula comes of it, in any page."""

import json
import shutil
import time
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from medrnn.ui.foreign import JOINER, plain
from tests.browser.conftest import ROOT, Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
TEXT = (
    "ZZ ![p](http://zz.example/p.png) [l](http://zz.example/l) [l]: http://zz.example/r <http://zz.example/t> "
    "<img src=http://zz.example/i.png onerror=globalThis.hit=1> <a href='http://zz.example/a'>a</a> "
    "<script>globalThis.hit=1</script> http://zz.example/b www.zz.example a@zz.example mailto:b@zz.example "
    ":streamlit: :red[r] :blue-badge[b] :material/home: :material_home: :smile: $x^2$ $$y$$ `c` **b** __b__ *i* "
    "~~s~~ [^1] <!--c--> &amp; &#33; \\* %{y} <br> <b>b</b> | a | b | <- c -> d <-> e -- f <= g >= h ~= i"
)
LINES = (
    "# h", "- l", "* l", "+ l", "1. l", "1) l", "> q", "---", "===", "    code", "```\ncode\n```", "a\n\nb\n- c",
    "[x]: http://zz.example", "| a |\n|---|\n| b |", ":::note",
    "left\u202eright", "nul\x00l", "", " ", "--", "x" * 1_900,
)  # fmt: skip
RUN = (
    "zz <img src=x onerror=globalThis.hit=1> _i_ :streamlit: :red[r] $x$ **b**"  # a folder's name has no "/"
)
FOUND = """() => {
  const every = root => [...root.querySelectorAll("*")].flatMap(e => [e, ...(e.shadowRoot ? every(e.shadowRoot) : [])])
  const told = e => ["src", "href", "xlink:href", "srcset", "style", "alt"].map(a => e.getAttribute(a) ?? "").join(" ")
  const marks = every(document).filter(e =>
    (!["META", "LINK"].includes(e.tagName) && /zz\\.example/.test(told(e)) && !/^(alt|aria)/.test(told(e)))
    || /streamlit logo/i.test(told(e)) || e.matches(".katex, .stMarkdownBadge.zz, [aria-label='home icon']"))
    .map(e => e.outerHTML.slice(0, 200))
  return {marks, hit: globalThis.hit ?? 0}
}"""
SINKS = f"""
import json, pathlib
import streamlit as st

if __name__ == "__main__":
    from medrnn.ui.foreign import say_error, shown

    for k, text in enumerate(json.loads(pathlib.Path(__file__).with_name("texts.json").read_text())):
        st.markdown(shown(text))
        st.caption("before " + shown(text) + " after")
        st.markdown(f"**{{shown(text)}}**" if text.strip() else "none")
        st.markdown("\\n- " + shown(text))
        st.markdown(f":gray[name] &ensp; {{shown(text)}}")
        say_error(text)
        st.subheader(shown(text) or "none")
        st.badge(shown(text) or "none")
        st.button(shown(text), key=f"button-{{k}}")
        st.table([{{"a": shown(text)}}])
        st.metric(shown(text) or "none", 1)
        st.progress(0.5, shown(text))
        st.pills("p", [k], format_func=lambda k: shown(text), key=f"pills-{{k}}")
        st.expander(shown(text) or "none").write(shown(text))
        st.image("{ROOT / "assets" / "icon.png"}", caption=shown(text))
    st.text("the end")
else:
    from medrnn.ui.serving.hosts import DOOR, lifespan

    app = st.App(__file__, middleware=DOOR, lifespan=lifespan)
"""


def texts_of(page):
    """Everything that is written on the page, in components too, spaces and what has no width taken together."""
    words = page.evaluate(
        """() => {
          const every = root => [...root.querySelectorAll("*")]
            .flatMap(e => e.shadowRoot ? [e.shadowRoot, ...every(e.shadowRoot)] : [])
          return [document.body, ...every(document)].map(e => e.textContent).join(" ")
        }"""
    )
    return " ".join(words.replace(JOINER, "").split())


def wait_for(condition, what, seconds=30):
    """Some widgets are drawn a while after the script has ended."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.25)


def assert_text_only(page):
    found = page.evaluate(FOUND)
    assert found == {"marks": [], "hit": 0}


def test_every_kind_of_text_shows_exactly_what_it_is_given(visit, tmp_path):
    texts = [TEXT, *LINES, *TEXT.split()]
    (tmp_path / "texts.json").write_text(json.dumps(texts))
    (tmp_path / "sinks.py").write_text(SINKS)
    server = Server(tmp_path / "runs", script=tmp_path / "sinks.py")
    try:
        visit.page.goto(server.url)
        expect(visit.page.get_by_text("the end", exact=True)).to_be_visible(timeout=60_000)
        settle(visit.page)
        assert_text_only(visit.page)
        for text in texts:
            wait_for(
                lambda text=text: f"before {plain(text)} after".replace("  ", " ") in texts_of(visit.page),
                text,
            )
            if plain(text).strip():
                wait_for(lambda text=text: texts_of(visit.page).count(plain(text)) >= 12, text)
        inside = visit.page.get_by_test_id("stMain").locator(
            "em, del, code, pre, h1, h4, hr, ol, blockquote, input[type=checkbox], a[href^=http]"
        )
        assert inside.count() == 0, inside.first.evaluate("node => node.outerHTML")
        assert visit.outside == [] and visit.errors == []
    finally:
        server.stop()


FINISHED = {"kind": "finished", "elapsed_s": 2.0, "n": 4, "accuracy": 0.5, "auc": 0.5, "loss": 1.0}


@pytest.fixture
def marked_runs(tmp_path):
    """A folder of runs whose card, settings and events hold the text wherever they may."""
    runs = tmp_path / "runs"
    shutil.copytree(ROOT / "assets" / "models" / "pneumonia-lstm-forward", runs / RUN)
    card = json.loads((runs / RUN / "card.json").read_text())
    card |= {
        "id": RUN,
        "title": TEXT,
        "licence": TEXT,
        "command": TEXT,
        "device": TEXT,
        "limits": [TEXT, *LINES],
    }
    card["classes"] = [f"{name} {TEXT}" for name in card["classes"]]
    card["data"] |= {"title": TEXT, "about": TEXT, "licence": TEXT}
    card["preprocessing"] = {
        name: TEXT if isinstance(v, str) else v for name, v in card["preprocessing"].items()
    }
    card["versions"] = dict.fromkeys(card["versions"], TEXT)
    (runs / RUN / "card.json").write_text(json.dumps(card))
    for folder, last in ((RUN, FINISHED), (f"failed {RUN}", {"kind": "failed", "message": TEXT})):
        (runs / folder).mkdir(exist_ok=True)
        (runs / folder / "config.json").write_text(json.dumps(card["config"]))
        events = [
            {"kind": "step", "time": 1e9, "step": 1, "steps": 2, "epoch": 1, "elapsed_s": 1.0, "loss": 1.0}
            | {"accuracy": 0.5},
            {
                "kind": "epoch",
                "time": 1e9,
                "step": 2,
                "epoch": 1,
                "epochs": 1,
                "val_loss": 1.0,
                "val_accuracy": 0.5,
            }
            | {"val_auc": 0.5, "elapsed_s": 2.0},
            last | {"time": 1e9},
        ]
        (runs / folder / "events.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events))
    return runs


VIEWS = ("answer", "sure", "gates", "tracks", "horizon", "whatif", "order", "match", "units", "trajectory")


def settle(page):
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=90_000)
    page.wait_for_timeout(500)


def assert_shows(page, *written):
    """The page is out, holds these texts, and nothing was made of them."""
    expect(page.get_by_text("Research and teaching only").first).to_be_visible(timeout=60_000)
    settle(page)
    assert_text_only(page)
    seen = texts_of(page)
    assert [text for text in written if plain(text) not in seen] == []


def test_no_page_makes_anything_of_what_a_run_folder_holds(visit, marked_runs):
    server, page = Server(marked_runs), visit.page
    ask = f"sample=chest-child-pneumonia-1&model={quote(RUN)}"
    try:
        page.goto(f"{server.url}/models?model={quote(RUN)}")
        assert_shows(page, TEXT, *LINES[:3])
        page.goto(f"{server.url}/runs?run={quote(RUN)}")
        assert_shows(page, RUN)
        page.goto(f"{server.url}/train?run={quote('failed ' + RUN)}")
        assert_shows(page, TEXT, f"failed {RUN}")
        page.goto(f"{server.url}/?{ask}")
        assert_shows(page)
        page.goto(f"{server.url}/read?{ask}")
        expect(page.locator(".js-plotly-plot:visible").first).to_be_visible(timeout=60_000)
        assert_shows(page, TEXT, f"normal {TEXT}")  # on the axis of the bars
        page.goto(f"{server.url}/map?{ask}")
        assert_shows(page, "pneumonia ZZ ![p](http://zz.example")
        for view in VIEWS:
            page.goto(f"{server.url}/memory?{ask}&view={view}")
            expect(page.locator(".player[data-step]")).to_be_visible(timeout=60_000)
            settle(page)
            if view == "match":
                page.get_by_role("button", name="Build the index").click()
                expect(page.locator(".tracks[data-step]")).to_be_visible(timeout=120_000)
            assert_shows(page, "pneumonia ZZ ![p](http://zz.example")
        assert visit.outside == [] and visit.errors == []
    finally:
        server.stop()

"""Text that is not ours, and that every place where Markdown is drawn passes it on as text."""

import ast
import html
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from medrnn.ui.foreign import JOINER, MOST, plain, shown
from tests.test_layers import ROOT, sources

SINKS = {
    "markdown", "caption", "error", "info", "warning", "success", "badge", "metric", "table", "write", "subheader",
    "title", "expander", "button", "download_button", "progress", "spinner", "page_link", "toggle", "image",
    "text_input", "number_input", "radio", "popover", "slider", "select_slider", "selectbox", "segmented_control",
    "pills", "text_area", "multiselect", "checkbox", "tabs", "status", "file_uploader",
}  # fmt: skip
NAMES = {
    "id", "title", "name", "about", "licence", "classes", "limits", "command", "message", "model", "device",
}  # fmt: skip
OURS = (
    "config.title",
    "reading.title",
    "MEASURES[by].title",
    "sample.title",
    "source.title",
    "source.about",
    "source.licence",
    "sample.about",
    "sample.licence",
    "study.name",  # the sample's title, or the kind and a digest
    "model.name",
    "knob.title",
)


@given(st.text(max_size=200))
@example("![a](http://b)")
@example("a\r\n\r\n- b")
@example(":smile: <- @a.b www.a")
def test_what_is_shown_says_what_was_given_and_nothing_hides_in_it(text):
    seen = plain(text)
    assert html.unescape(shown(text)).replace(JOINER, "") == seen.replace(JOINER, "")
    assert not set(shown(text)) & set("\\`*_{}[]<>|~$\n\t")
    assert all(unicodedata.category(c)[0] != "C" or c in "\u200c\u200d" for c in seen)
    assert seen == " ".join(seen.split())


@pytest.mark.parametrize(
    ("text", "expected"), [("a\nb", "a b"), ("a\u202eb\x00", "a�b�"), ("\ud800", "�"), (None, "None")]
)
def test_what_has_no_glyph_is_made_visible(text, expected):
    assert plain(text) == expected


def test_it_is_bounded():
    assert plain("x" * 10**6) == "x" * (MOST - 1) + "…"
    assert len(shown("[" * 10**6)) < 6 * MOST
    assert plain("abcdef", 3) == "ab…"


def raw_names(source):
    """What a text in Markdown is put together from without ``shown`` or ``plain``, as far as names tell."""
    found = []

    def walk(node):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("shown", "plain", "say_error"):
            return None
        if isinstance(node, ast.Attribute) and node.attr in NAMES and not ast.unparse(node).endswith(OURS):
            found.append(ast.unparse(node))
        if (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) == "str"
            and "error" in ast.unparse(node.args)
        ):
            found.append(ast.unparse(node))
        if isinstance(node, ast.GeneratorExp) and "shown(" in ast.unparse(node.elt):
            return walk(node.elt)  # what it goes through is shown one by one
        for child in ast.iter_child_nodes(node):
            walk(child)
        return None

    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SINKS:
            more = [k.value for k in node.keywords if k.arg in ("help", "caption", "label")]
            for argument in [*node.args[:1], *more]:
                walk(argument)
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_markdown_is_put_together_from_names_that_are_not_ours(path):
    if path.is_relative_to(ROOT / "medrnn" / "ui") or path.parent.name == "pages":
        assert raw_names(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        'st.caption(f"{card.title} reads")',
        "st.error(str(error))",
        'place.badge(f"{run.id}")',
        'st.markdown("".join(f"{x}" for x in card.limits))',
        'st.toggle("a", help=card.about)',
    ],
)
def test_the_rule_finds_a_breach(line):
    assert raw_names(line)


LABELLED = {  # of Streamlit: their labels are Markdown
    "button", "caption", "checkbox", "download_button", "error", "expander", "file_uploader", "form_submit_button",
    "header", "info", "link_button", "markdown", "metric", "multiselect", "number_input", "page_link", "pills",
    "popover", "progress", "radio", "segmented_control", "select_slider", "selectbox", "slider", "spinner", "status",
    "subheader", "success", "tabs", "text_area", "text_input", "title", "toggle", "toast", "warning",
}  # fmt: skip
DRAWN = {"pills", "radio", "segmented_control", "tabs"}  # their options are too


def bare(source):
    """Lines where text that is not ours reaches Markdown through ``plain`` alone."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        handed = call.args[0] if call.args else None
        if isinstance(handed, ast.Attribute) and len(call.args) > 1:  # state.bound(st.slider, label, ...)
            name, label = handed.attr, call.args[1]
        else:
            label = handed
        drawn = [one.value for one in call.keywords if one.arg == "help"]
        drawn += [label] if label and name in LABELLED else []
        drawn += [one.value for one in call.keywords if one.arg in ("label", "format_func") and name in DRAWN]
        for part in drawn:
            if any(_is_plain(one) for one in _outside_shown(part)):
                yield call.lineno


def _is_plain(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "plain"


def _outside_shown(node):
    """All nodes but those that ``shown`` takes."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "shown":
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _outside_shown(child)


def test_no_label_option_or_help_takes_foreign_text_that_is_only_plain():
    folder = ROOT / "medrnn" / "ui"
    found = [
        f"{path.relative_to(ROOT)}:{line}" for path in folder.rglob("*.py") for line in bare(path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ("st.slider(f'Threshold of {plain(name)}', 0, 1)", True),
        ("left.button('a', help=f'of {plain(name)}')", True),
        ("chosen.bound(st.pills, 'a', names, 'a', format_func=lambda one: plain(one))", True),
        ("bound(st.slider, plain(name), names, 'a')", True),
        ("st.selectbox('a', names, format_func=lambda one: plain(one))", False),
        ("st.markdown(f'{shown(plain(name, 60))}')", False),
    ],
)
def test_the_check_finds_what_it_looks_for(source, is_found):
    assert bool(list(bare(source))) == is_found

"""The comparison as one HTML file: everything in it, nothing from elsewhere, names as text."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from medrnn import plots
from medrnn.compare.figures import compare
from medrnn.compare.set_record import manifest
from medrnn.config import DISCLAIMER
from medrnn.datasets.as_study import as_address
from medrnn.report.comparison import write
from tests.compare.test_sets import made_compared

PIXEL = as_address(np.zeros((1, 1), np.uint8))


class Seen(HTMLParser):
    """Tags with their attributes, and the text outside scripts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self._quiet = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._quiet = tag in ("script", "style")

    def handle_endtag(self, tag):
        self._quiet = False

    def handle_data(self, data):
        if not self._quiet:
            self.text.append(data)


def made(compared, library="void 0;"):
    found = compare(compared, rounds=20)
    return found, write(found, {"roc": "<div id='figure-roc'></div>"}, library, [PIXEL] * len(compared))


def test_it_holds_figures_tests_groups_images_and_how_it_was_made():
    found, text = made(made_compared())
    seen = Seen(text)
    said = " ".join(seen.text)
    assert DISCLAIMER in said and "Do they differ?" in said and "figure-roc" in text
    rows = [attrs for tag, attrs in seen.tags if tag == "tr" and "data-number" in attrs]
    assert len(rows) == 90
    disagree = [int(row["data-number"]) - 1 for row in rows if "disagree" in row["data-kinds"].split()]
    assert disagree == [k for k, agree in enumerate(found.compared.agrees) if not agree]
    (told,) = [json.loads(block) for block in seen.text if block.startswith("{")]
    assert told == manifest(found)
    assert f"--model {found.compared.models[0].model}" in said


def test_nothing_in_it_points_elsewhere_and_a_policy_forbids_it():
    _, text = made(made_compared())
    seen = Seen(text)
    links = [
        v for _, attrs in seen.tags for n, v in attrs.items() if n in ("src", "href", "srcset", "action")
    ]
    assert links and all(link.startswith("data:image/png;base64,") for link in links)
    assert not re.search(r"@import|url\(", text)
    (policy,) = [a["content"] for tag, a in seen.tags if tag == "meta" and "http-equiv" in a]
    assert policy.startswith("default-src 'none';") and "http" not in policy


@pytest.mark.parametrize("name", ["<img src=http://x.y/z>", "</script><script>alert(1)</script>", "a&b\"'"])
def test_names_that_are_not_ours_are_text(name):
    compared = made_compared(images=12, models=2)
    odd = replace(
        compared,
        title=name,
        classes=(name, "b"),
        models=(replace(compared.models[0], model=name), compared.models[1]),
    )
    seen = Seen(made(odd)[1])
    assert not any(a.get("src", "").startswith("http") for _, a in seen.tags)
    assert [tag for tag, _ in seen.tags].count("script") == 2
    assert any(name in text for text in seen.text)


def test_figures_come_without_their_library_and_the_library_comes_once():
    found = compare(made_compared(), rounds=5)
    part = plots.to_html(plots.roc_curves(found), "roc")
    assert (
        'id="figure-roc"' in part and len(part) < 60_000 and "http" not in part.replace("http://www.w3", "")
    )
    library = plots.library()
    assert len(library) > 1_000_000
    text = write(found, {"roc": part}, library)
    assert text.count(library) == 1 and "<img" not in text.replace(library, "")

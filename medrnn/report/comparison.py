"""A comparison on a data set as one HTML file: figures, tests, groups, every image. It opens offline.

A content security policy in the file itself forbids every request, so that it cannot ask anybody anything.
"""

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from medrnn.compare.figures import Comparison
from medrnn.compare.rows import figure_rows, group_rows, pair_rows
from medrnn.compare.selecting import FILTERS
from medrnn.compare.set_record import command, manifest
from medrnn.compare.words import (
    draws_sentence,
    groups_sentence,
    pair_sentences,
    tests_sentence,
    time_sentence,
)
from medrnn.config import DISCLAIMER
from medrnn.evaluation.figures import FIGURES
from medrnn.models.class_names import name_class, name_classes

HERE = Path(__file__).parent
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


def write(found: Comparison, figures: Mapping[str, str], library: str, pictures: Sequence[str] = ()) -> str:
    """The whole comparison as the text of an HTML file.

    Args:
        found: the comparison.
        figures: name to the HTML part that draws it with ``library``.
        library: the script that draws figures.
        pictures: of every image, as addresses that hold them; none for a table without pictures.
    """
    compared = found.compared
    title = f"{len(compared.models)} models on {compared.title}"
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="note"><strong>{DISCLAIMER}.</strong></p>',
        "<h2>Figures</h2>",
        _table(figure_rows(found)),
        _note(f"{draws_sentence(found)} {time_sentence(found)}"),
        "".join(_note(f"{one.title}: {one.about}") for one in FIGURES.values()),
        "<h2>Curves and costs</h2>",
        _note(
            f"ROC curves of {name_class(compared.classes[found.target], compared.classes)} against the rest."
        ),
        f'<div class="charts">{"".join(f"<div>{one}</div>" for one in figures.values())}</div>',
        _tests(found),
        "<h2>Groups</h2>",
        _table(group_rows(found)),
        _note(groups_sentence(found)),
        f"<h2>{compared.named('Every image')}</h2>",
        _controls(),
        _images(found, pictures),
        "<h2>How this was made</h2>",
        f"<pre>{escape(command(found))}</pre>",
        f"<pre>{escape(json.dumps(manifest(found), indent=1))}</pre>",
    ]
    style, script = ((HERE / f"page.{end}").read_text(encoding="utf-8") for end in ("css", "js"))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}, medrnn</title><style>{style}</style><script>{library}</script></head>"
        f'<body>{"".join(body)}<script type="module">{script}</script></body></html>\n'
    )


def _note(words: str) -> str:
    return f'<p class="note">{escape(words)}</p>'


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return ""
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    lines = ("".join(f"<td>{escape(str(row.get(name, '')))}</td>" for name in names) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _tests(found: Comparison) -> str:
    if not found.pairs:
        return ""
    said = [words for pair in found.pairs for words, _ in pair_sentences(found, pair)]
    listed = "".join(f"<li>{escape(words)}</li>" for words in said)
    return (
        f"<h2>Do they differ?</h2><ul>{listed}</ul>{_note(tests_sentence(found))}{_table(pair_rows(found))}"
    )


def _controls() -> str:
    options = "".join(f'<option value="{name}">{one.title}</option>' for name, one in FILTERS.items())
    return (
        f'<div class="controls"><label>Show <select id="show">{options}</select></label>'
        '<label>Search <input id="search" type="search"></label><span id="count" role="status"></span></div>'
        + _note(" ".join(f"{one.title}: {one.about}." for one in FILTERS.values()))
    )


def _images(found: Comparison, pictures: Sequence[str]) -> str:
    compared, names = found.compared, name_classes(found.compared.classes)
    groups = compared.metadata.groups
    heads = ["Number", "Label"]
    for one in compared.models:
        heads += [one.model, "p"]
    heads += ["Agree", *groups]
    head = "".join(f'<th scope="col"><button type="button">{escape(name)}</button></th>' for name in heads)
    picture = "<th>Image</th>" if pictures else ""
    kinds = {name: one.of(compared) for name, one in FILTERS.items()}
    right, agrees = compared.all_right, compared.agrees
    lines = []
    for k, label in enumerate(compared.labels):
        cells = [f'<td data-value="{k + 1}">{k + 1}</td>', f"<td>{escape(names[label])}</td>"]
        for m, one in enumerate(compared.models):
            answer = int(one.answers[k])
            p = float(one.probabilities[k, answer])
            wrong = "" if right[m, k] else ", wrong"
            cells.append(f"<td>{escape(names[answer])}{wrong}</td>")
            cells.append(f'<td data-value="{p:.6f}">{100 * p:.1f} %</td>')
        cells.append(f"<td>{'yes' if agrees[k] else 'no'}</td>")
        cells += [f"<td>{escape(str(group[k]))}</td>" for group in groups.values()]
        shown = f'<td><img src="{pictures[k]}" alt="" loading="lazy"></td>' if pictures else ""
        of = " ".join(name for name, chosen in kinds.items() if chosen[k])
        lines.append(f'<tr data-number="{k + 1}" data-kinds="{of}">{shown}{"".join(cells)}</tr>')
    return (
        f'<div class="scroll"><table id="images"><thead><tr>{picture}{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )

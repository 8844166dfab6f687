"""A comparison on a data set as files: figures, every image, one HTML file that opens offline."""

import json
from functools import partial

import streamlit as st

from medrnn.compare.figures import Comparison
from medrnn.compare.set_record import command, figures_csv, images_csv, to_dict


def html_of(found: Comparison) -> str:
    """The comparison as one HTML file with the pictures of its images."""
    from medrnn import plots
    from medrnn.plots.sets import COSTS
    from medrnn.report.comparison import write
    from medrnn.ui import cached

    figures = {"roc": plots.to_html(plots.roc_curves(found), "roc")}
    for name in COSTS:
        figures[name] = plots.to_html(plots.accuracy_costs(found, name), name)
    return write(found, figures, plots.library(), cached.set_pictures(found.compared.data))


def downloads(found: Comparison) -> None:
    """The buttons, and the line that makes the same on the command line."""
    name, named = f"medrnn-compare-{found.compared.data}", found.compared.named
    files = (
        ("One file (HTML)", partial(html_of, found), "html", "text/html", "Everything on this page in one file: opens "
         "offline, asks nothing of anybody, says how it was made."),
        ("Figures (CSV)", partial(figures_csv, found), "csv", "text/csv", "Every figure of every model with its "
         "interval."),
        (named("Images (CSV)"), partial(images_csv, found), "images.csv", "text/csv", named("Every image: label, "
         "answers, all probabilities, agreement, groups.")),
        ("All numbers (JSON)", partial(_json, found), "json", "application/json", "Figures, tests, groups, digests, "
         "seed and versions."),
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, make, end, kind, about in files:
            st.download_button(
                label,
                make,
                f"{name}.{end}",
                kind,
                on_click="ignore",
                key=f"compare__set-{end}",
                icon=":material/download:",
                help=about,
            )
        with st.popover("On the command line", type="tertiary", icon=":material/terminal:"):
            st.code(command(found), language=None, wrap_lines=True)


def _json(found: Comparison) -> str:
    return json.dumps(to_dict(found), indent=1, allow_nan=False)

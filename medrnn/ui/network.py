"""A network as a diagram, and its layers as a table."""

import csv
import io
from typing import Any

import streamlit as st

from medrnn import plots
from medrnn.config import DISCLAIMER, ModelConfig, ReadingConfig
from medrnn.config.what import named
from medrnn.models.describe import describe_network, field_words, shape_words
from medrnn.ui import look, parts


def rows(config: ModelConfig, reading: ReadingConfig) -> list[dict[str, Any]]:
    """Every layer as a row of a table."""
    return [
        {
            "Layer": plots.layer_name(layer, config, reading),
            "Gives": shape_words(layer),
            "Parameters": layer.parameters,
            "Multiply-adds": layer.multiply_adds,
            "Sees": "" if layer.kind == "image" else field_words(layer, reading),
        }
        for layer in describe_network(config, reading)
    ]


def _csv(table: list[dict[str, Any]], reading: ReadingConfig) -> str:
    out = io.StringIO()
    out.write(f"# {DISCLAIMER}\n# Multiply-adds of one {named('image', reading)}; two FLOPs each.\n")
    writer = csv.DictWriter(out, list(table[0]))
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue()


def show(config: ModelConfig, reading: ReadingConfig, *, key: str, name: str) -> None:
    """Draw a network whose settings go together.

    Args:
        config: the network.
        reading: what it reads.
        key: of the page.
        name: of the files.
    """
    file, table = f"medrnn-network-{name}", rows(config, reading)
    picture = {"filename": file, "format": "svg", "scale": 2}
    st.plotly_chart(
        look.fit(plots.network(config, reading, dark=look.is_dark())),
        theme=None,
        config=parts.PLOTLY | {"toImageButtonOptions": picture},
        key=f"{key}__network",
        alt=plots.network_alt(config, reading),
    )
    total, cost = (sum(row[name] for row in table) for name in ("Parameters", "Multiply-adds"))
    st.caption(
        f"{total:,} parameters, {cost:,} multiply-adds {named('an image', reading)} (two FLOPs each). The camera saves "
        "it as SVG."
    )
    with st.popover("Layer by layer", icon=":material/layers:", width="content"):
        st.dataframe(table, hide_index=True, key=look.sized(f"{key}__layers"))
        st.download_button(
            "Layers (CSV)",
            _csv(table, reading),
            f"{file}.csv",
            "text/csv",
            on_click="ignore",
            key=f"{key}__layers-csv",
            icon=":material/download:",
            help="Shapes, parameters, multiply-adds and what each layer sees.",
        )

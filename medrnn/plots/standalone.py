"""Figures for a page that stands by itself: no server, no request."""

import plotly.graph_objects as go


def to_html(figure: go.Figure, name: str) -> str:
    """The figure as an HTML part, without the library that draws it.

    Args:
        figure: in the house's dress.
        name: of the saved picture and of the element; letters, digits and "-".
    """
    import plotly.io

    config = {
        "displaylogo": False,
        "responsive": True,
        "toImageButtonOptions": {"filename": f"medrnn-{name}", "scale": 2},
    }
    made: str = plotly.io.to_html(
        figure, full_html=False, include_plotlyjs=False, config=config, div_id=f"figure-{name}"
    )
    return made


def library() -> str:
    """The script that draws them, some 5 MB of JavaScript."""
    from plotly.offline import get_plotlyjs

    found: str = get_plotlyjs()
    return found

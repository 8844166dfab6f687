"""Gates and states of a 2-D sweep as maps over the image."""

import base64
import io

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from medrnn.plots.layout import INK, dress
from medrnn.plots.scales import find_scale
from medrnn.plots.theme import CANVAS, SIGNED, gate_scale

SIDE = 360  # pixels of the picture
FAINT = 0.85  # of the strongest colours over the image
WEIGHT = "a"  # of a place in the read-out
GAP = 1  # place between two units of an atlas


def _url(picture: np.ndarray) -> str:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def _clear(symbol: str, mode: str) -> list[tuple[float, str]]:
    """The colours of a gate or state, but clear where the page would be seen, so that the image is."""
    found = []
    for place, colour in gate_scale(symbol, mode):
        red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
        is_page = place == (0.5 if symbol in SIGNED else 0.0)
        found.append((place, f"rgba({red},{green},{blue},{0 if is_page else FAINT})"))
    return found


def _ends(symbol: str, values: np.ndarray) -> tuple[float, float]:
    """Lowest and highest value of the colours."""
    if symbol == WEIGHT:
        return 0.0, float(values.max())
    limit = find_scale(values).limit if symbol == "C" else 1.0
    return (-limit if symbol in SIGNED else 0.0), limit


def state_map(
    picture: np.ndarray, values: np.ndarray, symbol: str, *, place: tuple[int, int], dark: bool = False
) -> go.Figure:
    """One unit's gate or state at every place of a sweep's map, over the image. Points can be clicked.

    Args:
        picture: (row, column) or (row, column, 3) uint8, the part that is read.
        values: (row, column) over the map.
        symbol: of the gate or state, "a" for the weights of a read-out.
        place: (row, column) of the map that is marked, counted from 0.
        dark: colours of the dark theme.

    Returns:
        A figure; the ``customdata`` of a point is (row, column) of the map, counted from 0.
    """
    mode = "dark" if dark else "light"
    rows, columns = values.shape
    low, high = _ends(symbol, values)
    figure = go.Figure()
    figure.add_layout_image(
        source=_url(picture),
        xref="x",
        yref="y",
        x=-0.5,
        y=-0.5,
        sizex=columns,
        sizey=rows,
        sizing="stretch",
        layer="below",
    )
    figure.add_heatmap(
        z=values,
        zmin=low,
        zmax=high,
        colorscale=_clear(symbol, mode),
        colorbar={"thickness": 12, "title": symbol},
        hoverinfo="skip",
    )
    down, across = (part.ravel() for part in np.indices(values.shape))
    figure.add_scatter(
        x=across,
        y=down,
        customdata=np.stack([down, across], 1).tolist(),
        text=[f"{value:.3f}" for value in values.ravel()],
        mode="markers",
        marker={"symbol": "square", "size": SIDE / max(rows, columns), "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        hovertemplate=f"row %{{y}}, column %{{x}} of the map, counted from 0: {symbol} = %{{text}}<extra></extra>",
        showlegend=False,
    )
    y, x = place
    figure.add_shape(
        type="rect",
        x0=x - 0.5,
        x1=x + 0.5,
        y0=y - 0.5,
        y1=y + 0.5,
        line={"color": CANVAS[mode]["cursor"], "width": 2},
    )
    figure.update_xaxes(visible=False, range=[-0.5, columns - 0.5], constrain="domain")
    figure.update_yaxes(visible=False, range=[rows - 0.5, -0.5], scaleanchor="x", constrain="domain")
    return dress(figure, dark=dark, height=SIDE + 40)


def unit_atlas(
    values: np.ndarray, symbol: str, order: np.ndarray, *, chosen: int, dark: bool = False
) -> go.Figure:
    """Every unit's map beside the others, small.

    Args:
        values: (row, column, unit) over the map.
        symbol: of the gate or state.
        order: (unit,) which unit stands first, second, ...
        chosen: the unit that is outlined.
        dark: colours of the dark theme.

    Returns:
        A figure; the ``customdata`` of a point, one a unit, is the unit.
    """
    mode = "dark" if dark else "light"
    rows, columns, units = values.shape
    across = max(1, round(np.sqrt(1.4 * units * rows / columns)))
    down = -(-units // across)
    sheet = np.full((down * (rows + GAP) - GAP, across * (columns + GAP) - GAP), np.nan)
    corners = [(k // across * (rows + GAP), k % across * (columns + GAP)) for k in range(units)]
    for unit, (top, left) in zip(order, corners, strict=True):
        sheet[top : top + rows, left : left + columns] = values[..., unit]
    low, high = _ends(symbol, values)
    figure = go.Figure(
        go.Heatmap(
            z=sheet,
            zmin=low,
            zmax=high,
            colorscale=gate_scale(symbol, mode),
            showscale=False,
            hoverinfo="skip",
        )
    )
    middles = [(left + (columns - 1) / 2, top + (rows - 1) / 2) for top, left in corners]
    figure.add_scatter(
        x=[x for x, _ in middles],
        y=[y for _, y in middles],
        customdata=[[int(unit)] for unit in order],
        mode="markers",
        marker={"symbol": "square", "size": 22, "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        hovertemplate="unit %{customdata[0]}<extra></extra>",
        showlegend=False,
    )
    top, left = corners[list(order).index(chosen)]
    figure.add_shape(
        type="rect",
        x0=left - 0.6,
        x1=left + columns - 0.4,
        y0=top - 0.6,
        y1=top + rows - 0.4,
        line={"color": INK[mode], "width": 2},
    )
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x", constrain="domain")
    return dress(figure, dark=dark, height=SIDE + 40)

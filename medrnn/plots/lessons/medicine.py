"""How many cases stand behind published uses of recurrent networks."""

import plotly.graph_objects as go

from medrnn.lessons.medicine import Use
from medrnn.plots.layout import ANSWER, dress


def counts(uses: tuple[Use, ...], *, dark: bool = False) -> go.Figure:
    """Cases of each study on a logarithmic axis, as far as its abstract counts any.

    Args:
        uses: at least one.
        dark: colours of the dark theme.
    """
    mode = "dark" if dark else "light"
    figure = go.Figure()
    names = [use.authors for use in uses]
    figure.add_bar(
        x=[use.count for use in uses],
        y=names,
        orientation="h",
        name="cases",
        text=[f"{use.count:,} {use.counted}" if use.count else "" for use in uses],
        textposition="outside",
        cliponaxis=False,
        marker={"color": ANSWER[mode]},
        customdata=[use.task for use in uses],
        hovertemplate="%{y}, %{customdata}: %{text}<extra></extra>",
    )
    for name, use in zip(names, uses, strict=True):
        if use.count is None:
            figure.add_annotation(
                text="no number in the abstract",
                x=0,
                xshift=6,
                xref="paper",
                xanchor="left",
                y=name,
                showarrow=False,
            )
    figure.update_xaxes(title="cases", type="log", range=[2, 8], dtick=1)
    figure.update_yaxes(type="category", categoryarray=names[::-1])
    return dress(figure, dark=dark, height=100 + 34 * len(uses))

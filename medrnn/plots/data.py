"""A data set before training: how many images each class has in each split."""

import plotly.graph_objects as go

from medrnn.datasets.examine import Examined
from medrnn.plots.layout import dress, escaped
from medrnn.plots.theme import RUNS

WORDS = {"train": "train", "val": "validation", "test": "test"}
ROW = 62  # pixels of a class


def class_counts(found: Examined, *, dark: bool = False) -> go.Figure:
    """Bars of the images of each class, one a split, classes from the top.

    Args:
        found: what was found in the set.
        dark: colours of the dark theme.
    """
    mode, figure = "dark" if dark else "light", go.Figure()
    for number, (split, counts) in enumerate(found.counts.items()):
        figure.add_bar(
            y=[escaped(name)[:40] for name in counts],
            x=list(counts.values()),
            name=WORDS[split],
            orientation="h",
            marker_color=RUNS[mode][number],
            text=[f"{WORDS[split]} {count:,}" for count in counts.values()],  # never colour alone
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:,} images<extra>" + WORDS[split] + "</extra>",
        )
    classes = len(found.counts["train"])
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(title_text="images")
    most = max((count for counts in found.counts.values() for count in counts.values()), default=1)
    figure.update_xaxes(range=[0, 1.3 * max(1, most)])  # room for the words behind the bars
    dress(figure, dark=dark, height=110 + ROW * max(3, classes), barmode="group")
    return figure.update_layout(bargap=0.2, bargroupgap=0.05, showlegend=False)  # the words stand at the bars


def class_counts_alt(found: Examined) -> str:
    """The finding in words, for those who cannot see it."""
    said = ", ".join(f"{sum(counts.values()):,} in {WORDS[split]}" for split, counts in found.counts.items())
    return (
        f"Bars of the images of {len(found.counts['train'])} classes: {said}; of the commonest training class "
        f"{found.imbalance:.1f} for each of the rarest."
    )

"""What was compared, as files."""

from collections.abc import Sequence

import streamlit as st

from medrnn.compare.table import images_table
from medrnn.ui.compare.seats import Seat


def downloads(seats: Sequence[Seat]) -> None:
    """The answers with their spread, size and time, and the answer after every step, as CSV."""
    st.download_button(
        "Answers and answers over time (CSV)",
        lambda: images_table(
            [seat.prediction for seat in seats],
            [seat.card for seat in seats],
            [seat.inference for seat in seats],
        ),
        f"medrnn-compare-{seats[0].reading.study_key[:8]}.csv",
        "text/csv",
        on_click="ignore",
        key="compare__csv",
        icon=":material/download:",
        help="One line a model, class and step: the probability, and at the end lowest and highest over the seeds, "
        "parameters and milliseconds.",
    )

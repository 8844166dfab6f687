"""What the page About says."""

import streamlit as st

from medrnn.config import ASSETS
from medrnn.datasets.shipped import DATASETS
from medrnn.ui import tour


def purpose() -> None:
    """What it is and is not."""
    st.markdown(
        "**What it is.** medrnn shows how a recurrent network reads a medical image: what it saw at each "
        "step, what it kept, what it forgot, and which pixels its answer was sensitive to. It is for teaching "
        "and for judging models.\n\n"
        "**What it is not.** It is not a medical device. Its answers are not diagnoses, its maps do not show "
        "where a finding is, and its models were trained on small public sets of small pictures. Do not use "
        "it for patients.\n\n"
        "**Privacy.** Files are read in memory, in your session only. Nothing is sent anywhere, no name, date or "
        "identifier from a DICOM header is shown, kept or logged."
    )
    st.button(
        "Take the tour",
        key="about__tour",
        icon=":material/tour:",
        on_click=tour.ask,
        help="Seven stops from an image to a model of your own, in about two minutes.",
    )


def equations() -> None:
    """The notation that the app uses."""
    st.markdown("**The equations shown**")
    st.latex(r"\text{RNN: } h_t = \tanh(W_{hh} h_{t-1} + W_{xh} x_t + b_h)")
    st.latex(r"\text{LSTM: } C_t = f \odot C_{t-1} + i \odot g")
    st.latex(r"h_t = o \odot \tanh(C_t)")
    st.latex(r"\text{Peephole LSTM: } i, f \text{ also see } C_{t-1}, o \text{ sees } C_t")
    st.latex(r"\text{GRU: } h_t = (1-z) \odot h_{t-1} + z \odot n")
    st.latex(r"n = \tanh(W_n x + b + r \odot (W_{hn} h_{t-1} + b'))")
    st.caption(
        "z is the update gate in its usual meaning; torch's own is 1 - z, and torch applies r after the "
        "recurrent product. "
        "Some texts swap the names of z and r; here they mean what the equations say."
    )


def sources() -> None:
    """Where the data comes from, with licences."""
    st.markdown("**Data**")
    for source in DATASETS.values():
        st.markdown(f"- {source.title}: {source.about} {source.licence}.")
    st.markdown("**Sample images**")
    with st.expander("Origin and licence of each"):
        st.text((ASSETS / "samples" / "SOURCE.txt").read_text(encoding="utf-8"))
    st.markdown("**Licence of this software:** Apache-2.0.")


def versions() -> None:
    """What runs here, once asked."""
    st.markdown("**Versions and devices**")
    if st.button(
        "Examine this machine",
        icon=":material/fact_check:",
        help="Versions, device and decoders that are here, and what is missing.",
    ):
        from medrnn.bench.doctor import examine

        st.json(examine())

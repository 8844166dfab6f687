"""Work that takes long is asked for first."""

import streamlit as st

from medrnn.ui.state import session

LONG = 1e10  # products of numbers


def is_agreed(name: str, products: float, about: str) -> bool:
    """True where the work is short, or the reader pressed the button for exactly this.

    Args:
        name: of the work, the button's key.
        products: how many products of numbers it takes, roughly.
        about: what it is about; another one is asked for again.
    """
    asked = session().agreed
    if products <= LONG or asked.get(name) == about:
        return True
    seconds = 4e-10 * products  # two cores of a laptop, measured at 256 to 1,024 units
    if st.button(
        f"Compute it (about {seconds:.0f} s)",
        key=f"lab__agree-{name}",
        icon=":material/hourglass_top:",
        help="Starts now; until then nothing else waits for it.",
    ):
        asked[name] = about
        return True
    return False

"""How pages look beyond what the theme's options can say: the one page style, the presentation size, a change of theme.

The style is the only one injected into a page. Streamlit 1.67 writes selected segments and the values of sliders in the
primary colour, which is dark enough for white on it and so too dark for text on the dark page; cuts labels and
squeezes columns that could wrap; draws its focus ring at half opacity or not at all; fades "Stop" beside a running
page; and knows one text size for all visitors.
"""

from typing import Any

import streamlit as st

from medrnn.ui import address
from medrnn.ui.components.modules import script
from medrnn.ui.state import session

LARGE = "large"
WATCH = "medrnn-look"
LARGE_PX = 22  # of the page's text; 0.82 of it, the smallest in use, is 18
STYLE = """
button[data-variant][data-selected], [data-testid=stSliderThumbValue] { color: inherit !important; }
.stMarkdownEllipsis, .stMarkdownEllipsis p { white-space: normal; }
[data-testid=stColumn]:has(.js-plotly-plot, .katex-display) { min-width: min(100%, 19rem); }
:is([data-testid=stElementToolbar], .modebar, .modebar-group):focus-within {
  opacity: 1 !important;
  transition: none !important;
}
"""
THEMED = """
:focus-visible:not(main), [data-rac][data-focus-visible] {{
  outline: 2px solid {ring} !important;
  outline-offset: 1px;
}}
[data-testid=stStatusWidget], [data-testid=stStatusWidget] * {{ color: {text} !important; }}
"""

_watch = st.components.v2.component("medrnn_look", html="<i hidden></i>", js=script("look.js"))


def is_dark() -> bool:
    """True where the visitor's theme is dark."""
    return st.context.theme.type == "dark"


def is_large() -> bool:
    """True where the visitor chose the presentation size."""
    return session().size == LARGE


def fit(figure: Any) -> Any:
    """A Plotly figure at the size that the visitor chose."""
    from medrnn.plots import enlarge

    return enlarge(figure) if is_large() else figure


def sized(key: str) -> str:
    """The key of a table, which measures the page's text once, when it is made: another one at another size."""
    return f"{key}-{LARGE}" if session().is_drawn_large else key


def apply() -> None:
    """Take the size of an address, fold the sidebar for it, and write the style."""
    state = session()
    state.size = address.take("size", (LARGE,)) or state.size
    st.set_page_config(initial_sidebar_state="collapsed" if is_large() else "auto")
    mode = "dark" if is_dark() else "light"
    style = STYLE + THEMED.format(
        ring=st.get_option(f"theme.{mode}.linkColor"), text=st.get_option(f"theme.{mode}.textColor")
    )
    if is_large():
        style += f":root:root {{ font-size: {LARGE_PX}px; }}"
    st.html(f"<style>{style}</style>")


def _seen() -> None:
    session().is_drawn_large = st.session_state[WATCH]["changed"]["text"] > 1


def follow() -> None:
    """Draw the page again when the browser shows another theme or size: figures and tables are made for one."""
    shown = {"is_dark": is_dark(), "is_drawn_large": session().is_drawn_large, "size": session().size}
    _watch(key=WATCH, data=shown, on_changed_change=_seen)


def _keep() -> None:
    session().size = LARGE if st.session_state["medrnn__large"] else ""


def switch() -> None:
    """The presentation size, on or off."""
    st.session_state["medrnn__large"] = is_large()
    st.toggle(
        "Presentation size",
        key="medrnn__large",
        on_change=_keep,
        help="Larger text and pictures, for a projector; the address keeps it.",
    )

"""A small line drawing inside a page's own HTML: as a picture, since Streamlit takes SVG out of what it is given."""

import base64
from html import escape

from medrnn.plots.layout import INK
from medrnn.ui import parts


def image(body: str, view: str, alt: str, height: int) -> str:
    """An ``<img>`` as wide as its place.

    Args:
        body: SVG elements; "currentColor" is the colour of the page's text.
        view: of the SVG, such as "0 0 100 22"; it is stretched to the place.
        alt: what it shows, for those who cannot see it.
        height: in pixels.
    """
    ink = INK["dark" if parts.is_dark() else "light"]
    head = f'xmlns="http://www.w3.org/2000/svg" viewBox="{view}" preserveAspectRatio="none" color="{ink}"'
    drawn = f"<svg {head}>{body}</svg>"
    data = base64.b64encode(drawn.encode()).decode()
    return (
        f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(alt)}" '
        f'style="width:100%;height:{height}px;display:block">'
    )

"""The words of a page, in the sidebar of every page; all of them stand on Learn."""

import streamlit as st

from medrnn.lessons.glossary import Term, used_on

PAGE = "glossary"  # as an address names it among the lessons


def line(term: Term) -> str:
    """A word and what it means, in Markdown."""
    return f"**{term.title}**: {term.says}"


def words(page: str) -> None:
    """What the words of a page mean, one press away; nothing on a page that has none of its own.

    Args:
        page: its address, "open" for the first.
    """
    terms = used_on(page)
    if not terms:
        return
    with st.popover("Words on this page", type="tertiary", icon=":material/menu_book:"):
        st.markdown("\n\n".join(map(line, terms)))
        st.page_link(
            "pages/learn.py",
            label="All words",
            icon=":material/school:",
            query_params={"lesson": PAGE},
            help="The glossary on the page Learn, with the lessons that show each word.",
        )

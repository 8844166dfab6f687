"""A table of names and values in groups, to search and to copy."""

from collections.abc import Mapping

from medrnn.ui.components.carry import declare

_facts = declare("facts")


def table(groups: Mapping[str, Mapping[str, str]], *, key: str, label: str) -> None:
    """Show it; what the search leaves is what "Copy" takes, as lines of name, tab, value.

    Args:
        groups: name and value of each fact, plain text, by the title of its group.
        key: the widget's key.
        label: what the table holds.
    """
    data = {
        "label": label,
        "groups": [
            {"title": title, "rows": list(map(list, rows.items()))} for title, rows in groups.items() if rows
        ],
    }
    _facts(key=key, data=data)

"""Models as an address names them."""

from collections.abc import Container


class Ids:
    """What ``address.take`` may bring: different ids with a comma between, all of them known, at most so many."""

    def __init__(self, known: Container[str], most: int) -> None:
        """Args: known: the ids that there are; most: how many may be named."""
        self._known, self._most = known, most

    def __contains__(self, text: object) -> bool:
        ids = str(text).split(",")
        return (
            0 < len(ids) <= self._most
            and len(set(ids)) == len(ids)
            and all(one in self._known for one in ids)
        )

"""The kinds of values that stand in a card, each with its bounds."""

from typing import Annotated

from msgspec import Meta

Text = Annotated[str, Meta(max_length=2_000)]
Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0, le=10**12)]
Positive = Annotated[int, Meta(ge=1, le=10**12)]
Seconds = Annotated[float, Meta(ge=0)]
Interval = Annotated[list[Share], Meta(min_length=2, max_length=2)]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
NoDigest = Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")]

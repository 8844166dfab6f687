"""Why something of a set was left out: reasons by name, said in words at the edge."""

from collections.abc import Iterator, Mapping

REASONS = {  # reason: (of one, of several)
    "hidden": ("hidden file or one that a system leaves behind", "hidden files or ones that systems leave behind"),
    "loose": ("file outside the class folders", "files outside the class folders"),
    "beside": ("file in a folder beside those of the splits", "files in folders beside those of the splits"),
    "strange": ("image of a class that train has not", "images of classes that train has not"),
    "no-image": ("file that is no image", "files that are no images"),
    "damaged": ("damaged image, or of a kind not read", "damaged images, or of kinds not read"),
    "single": ("single image where series are learnt", "single images where series are learnt"),
    "volume": ("volume of several frames", "volumes of several frames"),
    "slice": ("slice beside the middle one of its series", "slices beside the middle one of their series"),
    "copy": ("copy of another picture, or one under two labels", "copies of other pictures, or ones under two labels"),
    "few": ("image of a class with too few", "images of classes with too few"),
    "unlisted": ("image that the table does not name", "images that the table does not name"),
    "missing": ("line of the table whose image is not here", "lines of the table whose images are not here"),
    "no-label": ("line of the table without a label", "lines of the table without a label"),
    "repeated": ("line of the table that repeats another", "lines of the table that repeat others"),
    "disputed": (
        "image of which lines of the table say different things",
        "images of which lines of the table say different things",
    ),
    "many": ("image beyond the most that are read", "images beyond the most that are read"),
}  # fmt: skip


def say_left_out(found: Mapping[str, int]) -> Iterator[str]:
    """A line a reason, such as "3 files that are no images"; the commonest first."""
    for reason, count in sorted(found.items(), key=lambda item: -item[1]):
        if count:
            yield f"{count:,} {REASONS[reason][count > 1]}"

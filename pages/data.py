"""Data: what a network is to learn from, looked through before anything is trained."""

from medrnn.ui import onward, parts, shell
from medrnn.ui.data import view

shell.guard()
parts.page_header(
    "Data",
    "What a network is to learn from: count it, look at it, find its faults before anything is trained.",
)
view.page()
onward.step("data")

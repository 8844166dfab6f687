"""Compare: models and images beside each other."""

from medrnn.ui import onward, parts, shell
from medrnn.ui.compare import modes

shell.guard()
place = parts.page_header("Compare", "Models and images beside each other, to see where they part.")
mode = modes.choose()
modes.show(mode)
onward.step("compare")

"""Learn: short lessons on how a recurrent network reads an image."""

from medrnn.ui import onward, shell
from medrnn.ui.learn import page

shell.guard()
page.view()
onward.step("learn")

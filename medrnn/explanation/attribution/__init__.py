"""Which pixels the answer was sensitive to: methods in one dict, each with what it is valid for and what it costs."""

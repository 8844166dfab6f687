"""medrnn: start with ``streamlit run app.py``."""

from medrnn.ui.shell import main

main()

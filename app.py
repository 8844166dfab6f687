"""medrnn: start with ``streamlit run app.py``."""

import streamlit as st

if __name__ == "__main__":  # a visit
    from medrnn.ui.shell import main

    main()
else:  # what ``streamlit run`` finds here and serves
    from medrnn.ui.serving.hosts import DOOR, lifespan

    app = st.App(__file__, middleware=DOOR, lifespan=lifespan)

"""The app's shell, session, caches and parts. Only here, in pages/ and in app.py is streamlit imported."""

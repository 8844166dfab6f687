"""What we change of Streamlit's server, and who is let in."""

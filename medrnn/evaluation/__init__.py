"""What an answer is worth: metrics with intervals."""

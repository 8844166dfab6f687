"""What no map shows: cases that are alike, concepts, the smallest change that turns an answer, views without lungs."""

"""How a reader decides: the weakest slice, the reader's threshold and slips, the day a curve crosses it."""

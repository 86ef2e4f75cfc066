"""Code for 1, 2, 4 or 8 members side by side: one value per member in every register."""

"""Many members on one machine: reducers inside the loop, estimates, and runs in chunks that can go on."""

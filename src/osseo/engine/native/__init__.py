"""Machine code kept on disk: objects of models and of the step loops, loaded without compiling."""

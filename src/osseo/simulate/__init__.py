"""Simulation: magnesium in the body, the graft, and the course that joins them.

`course.simulate(scenario)` is the front door; `body.simulate_body` and `site.simulate_site` are its halves.
"""

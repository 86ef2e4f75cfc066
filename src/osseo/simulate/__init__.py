"""Courses: the body over the whole horizon, then the site driven by it."""

"""Doses: rules in time, their expansion into engine events, steady state, NONMEM event tables."""

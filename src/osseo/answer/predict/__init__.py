"""Predict any study from its record, with an interval for that study, beside what a pooled mean says.

record -> questions (what can be expressed) -> people and regimens -> the model's spread of study means ->
interval, z, inside or not. `validation.py` scores whole tables; nothing here is ever fitted.
"""

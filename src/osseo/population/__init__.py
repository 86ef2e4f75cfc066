"""Virtual patients: what a person left unsaid is drawn from its cohort, `people.draw_people`.

`cohorts.yaml` holds every distribution with its records or the reason it is assumed.
"""

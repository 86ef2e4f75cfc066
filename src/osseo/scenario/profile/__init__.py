"""A person's profile for the patient page: who they are, what is planned, eaten, taken and held in hand.

`door.read_profile` reads the YAML, all problems at once; `types` says what a profile is; `template.yaml`
is the commented form a person fills in.
"""

"""osseo: does oral magnesium change how fast and how well a bone graft integrates?"""

__version__ = "0.1.0"

"""Vocabulary as data: from the words of study records to endpoints, sites, materials, salts and units.

The tables beside this file hold one row per word and a reason where a word stands for nothing osseo
knows. `map_result` and `map_arm` read them; what cannot be read comes back with its reasons.
"""

from osseo.evidence.vocabulary.arms import MappedArm, map_arm
from osseo.evidence.vocabulary.coverage import Coverage, coverage
from osseo.evidence.vocabulary.labels import find_arms, find_contrast, named_arm
from osseo.evidence.vocabulary.results import LOG_KINDS, MappedResult, map_result
from osseo.evidence.vocabulary.subjects import Stated, stated
from osseo.evidence.vocabulary.tables import (
    Endpoint,
    endpoint_words,
    find_graft,
    find_measure,
    find_salt,
    find_site,
    find_unit,
    suggest_word,
)

__all__ = [
    "LOG_KINDS",
    "Coverage",
    "Endpoint",
    "MappedArm",
    "MappedResult",
    "Stated",
    "coverage",
    "endpoint_words",
    "find_arms",
    "find_contrast",
    "find_graft",
    "find_measure",
    "find_salt",
    "find_site",
    "find_unit",
    "map_arm",
    "map_result",
    "named_arm",
    "stated",
    "suggest_word",
]

"""osseo: does oral magnesium change how fast and how well a bone graft integrates?

    import osseo
    for result in osseo.answer_scenario("examples/sinus-xenograft.yaml"):
        print(result.sentence)

`answer_scenario` answers a question, `simulate_scenario` gives the course without a conclusion,
`read_scenario` reads a file. They are loaded on first use, so that importing osseo stays light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from osseo.version import VERSION

if TYPE_CHECKING:
    from osseo.answer.answer import answer_scenario
    from osseo.scenario.door import read_scenario
    from osseo.simulate.course import simulate as simulate_scenario

__version__ = VERSION

__all__ = ["__version__", "answer_scenario", "read_scenario", "simulate_scenario"]

_DOORS = {
    "answer_scenario": ("osseo.answer.answer", "answer_scenario"),
    "read_scenario": ("osseo.scenario.door", "read_scenario"),
    "simulate_scenario": ("osseo.simulate.course", "simulate"),
}


def __getattr__(name: str) -> Any:
    """Load a door on first use."""
    if name in _DOORS:
        from importlib import import_module

        module, attribute = _DOORS[name]
        return getattr(import_module(module), attribute)
    raise AttributeError(f"module 'osseo' has no attribute {name!r}")

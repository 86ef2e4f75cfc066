"""ModelIR: what a model says, as plain data. No numbers of people, no doses, no libSBML.

`language` makes it from Antimony text, `compiler` turns it into machine code. Every quantity is named
`module.quantity`, has one unit (house units, as text) and lives in one scope: `body` (one vector
per patient) or `site` (the same vector in every grid cell).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

__all__ = [
    "Call",
    "Expr",
    "Function",
    "ModelIR",
    "Num",
    "Quantity",
    "Sym",
    "Transport",
    "Wall",
    "symbols",
    "walk",
]


@dataclass(frozen=True)
class Num:
    """A literal; only 0, 1 and exponents occur in model text."""

    value: float


@dataclass(frozen=True)
class Sym:
    """A reference to a quantity by its full name, to a function argument, or to `time`."""

    name: str


@dataclass(frozen=True)
class Call:
    """An operation on expressions.

    `op` is one of: add sub mul div pow neg exp ln sqrt abs min max tanh; sin cos atan floor (only in
    foreign models: house text has no operator for them); lt le gt ge eq ne and or not
    (truth values, only inside piecewise conditions); piecewise with args (value, condition, ...,
    otherwise). add, mul, min, max, and, or take two or more arguments. Functions defined in model text are
    already inlined.
    """

    op: str
    args: tuple[Expr, ...]


Expr = Num | Sym | Call


@dataclass(frozen=True)
class Quantity:
    """A named quantity of a model.

    Parameters
    ----------
    name : full name, `module.quantity`.
    unit : house unit as text, e.g. `mmol/L`; dimensionless is `1`.
    role : `state`, `ledger` (a state that only integrates a flux), `parameter`, `input`,
        `assignment` or `output` (an assignment that is reported).
    tags : further roles written in the model text, e.g. `dose_absorbable`.
    label : words for plots and tables.
    file, line : where it is declared.
    """

    name: str
    unit: str
    role: str
    tags: tuple[str, ...] = ()
    label: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class Function:
    """A function exported by the model text, `absorbed_fraction(d)`; free symbols are parameters."""

    name: str
    args: tuple[str, ...]
    expr: Expr
    arg_units: tuple[str, ...] = ()
    unit: str = "1"
    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class Wall:
    """What happens to a transported field at one face: `no_flux`, or `value` held at a parameter."""

    law: str
    parameter: str | None = None


@dataclass(frozen=True)
class Transport:
    """How one field moves: law `diffusion`; `field` is the amount state, `volume` the cell volume state.

    The transported density is field/volume; `coefficient` is an output of the model [mm2/d]; `near` and
    `far` are the wall laws at x = 0 and x = L.
    """

    field: str
    volume: str
    law: str
    coefficient: str
    near: Wall
    far: Wall


@dataclass(frozen=True)
class ModelIR:
    """A linked model: everything a compiler needs, in the order it needs it.

    `assignments` are in dependency order; `initial` and `rates` have an entry for every state, in state
    order. `sbml` holds the SBML text of every module, for the reference twin; `links` maps
    `module.symbol` to the full name it stands for in another module.
    """

    name: str
    scope: str
    states: tuple[Quantity, ...]
    parameters: tuple[Quantity, ...]
    inputs: tuple[Quantity, ...]
    assignments: tuple[Quantity, ...]
    assignment_exprs: tuple[Expr, ...]
    initial: tuple[Expr, ...]
    rates: tuple[Expr, ...]
    outputs: tuple[str, ...] = ()
    functions: tuple[Function, ...] = ()
    transport: tuple[Transport, ...] = ()
    sbml: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    hash: str = ""

    def quantity(self, name: str) -> Quantity:
        """Return the quantity with this full name."""
        for group in (self.states, self.parameters, self.inputs, self.assignments):
            for quantity in group:
                if quantity.name == name:
                    return quantity
        from osseo.names import check_name

        known = [q.name for q in (*self.states, *self.parameters, *self.inputs, *self.assignments)]
        check_name(name, known, "quantity", self.name)
        raise AssertionError(name)

    def tagged(self, tag: str) -> tuple[Quantity, ...]:
        """Return the states that carry a tag, e.g. the target of a dose."""
        return tuple(q for q in self.states if tag in q.tags)


def walk(expr: Expr) -> Iterator[Expr]:
    """Yield every node of an expression, parents first."""
    yield expr
    if isinstance(expr, Call):
        for arg in expr.args:
            yield from walk(arg)


def symbols(expr: Expr) -> set[str]:
    """Return the names an expression refers to."""
    return {node.name for node in walk(expr) if isinstance(node, Sym)}

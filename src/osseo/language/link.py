"""Modules -> one ModelIR: full names, joints with their unit check, order, dose-map functions."""

from __future__ import annotations

from collections.abc import Sequence

from osseo.errors import Issue
from osseo.language.formula import substitute
from osseo.language.ir import Expr, Function, ModelIR, Num, Quantity, Sym, Transport, symbols
from osseo.language.module import Member, Module
from osseo.language.order import find_cycles, reach, sort_by_need
from osseo.language.unit_algebra import parse_unit
from osseo.names import suggest

__all__ = ["link"]

_STATES = ("state", "ledger")
_ASSIGNED = ("assignment", "output", "function")


class _Linker:
    """Gathers the members of all modules under full names and joins them."""

    def __init__(self, modules: Sequence[Module]) -> None:
        self.modules = {m.name: m for m in modules}
        self.issues: list[Issue] = [issue for m in modules for issue in m.issues]
        self.members: dict[str, tuple[Module, Member]] = {
            f"{m.name}.{s.name}": (m, s) for m in modules for s in m.members.values()
        }
        self.links: dict[str, str] = {}
        self.formulas: dict[str, Expr] = {}
        self.initial: dict[str, Expr] = {}

    def issue(self, full: str, message: str, remedy: str = "") -> None:
        """Record a problem at the line where `full` is declared."""
        module, member = self.members[full]
        self.issues.append(Issue(f"{module.file}:{member.line}", f"{full}: {message}", remedy))

    def with_role(self, *roles: str) -> list[str]:
        """Return the full names of members with one of these roles, in order of declaration."""
        return [full for full, (_, member) in self.members.items() if member.role in roles]

    def role_of(self, name: str) -> str:
        """Return the role of a symbol in a formula; empty if it was reported as unknown before."""
        if name == "time":
            return "time"
        return self.members[name][1].role if name in self.members else ""

    def join(self) -> None:
        """Find what every link stands for, then give all formulas full names."""
        for full in self.with_role("link"):
            target = self.target(full)
            if target:
                self.links[full] = target
        for module in self.modules.values():
            names = {s: Sym(self.full(module, s)) for s in module.members}
            for name, expr in module.formulas.items():
                self.formulas[f"{module.name}.{name}"] = substitute(expr, names)
            for name, expr in module.initial.items():
                self.initial[f"{module.name}.{name}"] = substitute(expr, names)

    def full(self, module: Module, name: str) -> str:
        """Return what a name of one module stands for in the whole model."""
        own = f"{module.name}.{name}"
        return self.links.get(own, own)

    def target(self, full: str) -> str:
        """Return the full name behind a link, checked; empty if there is none."""
        _, member = self.members[full]
        module_name, _, name = member.target.partition(".")
        target = f"{module_name}.{name or member.name}"
        if module_name not in self.modules:
            hint = suggest(module_name, self.modules)
            self.issue(full, f"from: unknown module {module_name!r}", hint)
            return ""
        if target not in self.members:
            known = self.modules[module_name].members
            hint = suggest(name or member.name, known)
            self.issue(full, f"from: {module_name} has no {name or member.name!r}", hint)
            return ""
        return target if self.is_joint(full, target) else ""

    def is_joint(self, full: str, target: str) -> bool:
        """Check that a link points to a thing of the same unit that exists while the model runs."""
        _, member = self.members[full]
        module, other = self.members[target]
        if other.role == "link":
            self.issue(full, f"from: {target} is itself taken from {other.target}", "name that one")
            return False
        if other.role in ("function", "argument"):
            remedy = "functions are evaluated per sitting, outside the equations"
            self.issue(full, f"from: {target} is a {other.role}", remedy)
            return False
        units_known = member.unit and other.unit
        if units_known and not parse_unit(member.unit).is_same(parse_unit(other.unit)):
            place = f"{module.file}:{other.line}"
            message = f"has {member.unit} here and {other.unit} as {target} ({place})"
            self.issue(full, message, "use one unit on both sides of the joint")
        return True

    def check_use(self, transport: Sequence[Transport]) -> None:
        """Everything declared is read by some formula or reported."""
        if not all(module.is_whole for module in self.modules.values()):
            return
        used: set[str] = set()
        for expr in (*self.formulas.values(), *self.initial.values()):
            used |= symbols(expr)
        for t in transport:
            used |= {name for name in (t.near.parameter, t.far.parameter) if name}
        for module in self.modules.values():
            local = set().union(*(symbols(e) for e in (*module.formulas.values(), *module.initial.values())))
            for member in module.members.values():
                full = f"{module.name}.{member.name}"
                if member.role == "link" and member.name not in local:
                    self.issue(full, "link is never used", "remove it")
        for full in self.with_role("parameter", "input", "argument"):
            if full not in used:
                self.issue(full, "is never used", "remove it or use it in a formula")
        for full in self.with_role("assignment"):
            if full not in used:
                self.issue(full, "is never used", 'remove it, or report it: notes "role: output"')

    def needs(self) -> dict[str, set[str]]:
        """Return what each assignment needs, assignments only."""
        assigned = [full for full in self.with_role(*_ASSIGNED) if full in self.formulas]
        return {full: symbols(self.formulas[full]) & set(assigned) for full in assigned}

    def check_cycles(self) -> bool:
        """Report cycles of assignments by name; return whether there are none."""
        cycles = find_cycles(self.needs())
        for cycle in cycles:
            message = f"assignments need each other: {' -> '.join(cycle)}"
            self.issue(cycle[0], message, "make one of them a state with a rate")
        return not cycles

    def on_arguments(self) -> set[str]:
        """Return the assignments that need a function argument: they live in functions only."""
        arguments = set(self.with_role("argument"))
        needs = {full: symbols(self.formulas[full]) for full in self.needs()}
        return {full for full in needs if reach([full], needs) & arguments}

    def functions(self) -> tuple[Function, ...]:
        """Return the exported functions, each a formula of its arguments and parameters."""
        return tuple(self.function(full) for full in self.with_role("function") if full in self.formulas)

    def function(self, full: str) -> Function:
        """Return one function with the assignments it needs put in."""
        order = [n for n in sort_by_need(self.needs()) if n in reach([full], self.needs())]
        done: dict[str, Expr] = {}
        for name in order:
            done[name] = substitute(self.formulas[name], done)
        expr = done[full]
        found = symbols(expr)
        for name in sorted(found):
            role = self.role_of(name)
            if role not in ("", "argument", "parameter"):
                self.issue(full, f"function needs {name} ({role})", "use arguments and parameters")
        args = tuple(name for name in self.with_role("argument") if name in found)
        if not args:
            self.issue(full, "function without an argument", 'mark one: notes "role: argument"')
        units = tuple(self.members[name][1].unit for name in args)
        module, member = self.members[full]
        return Function(full, args, expr, units, member.unit, module.file, member.line)

    def check_arguments(self, on_arguments: set[str]) -> None:
        """Arguments reach functions only, never the running equations."""
        functions = self.with_role("function")
        inside = reach(functions, self.needs())
        for full in sorted(on_arguments - inside):
            self.issue(full, "needs a function argument but no function uses it", "remove it")
        for full in self.with_role("output"):
            if full in on_arguments:
                self.issue(full, "an output cannot need a function argument", "make it a function")
        barred = on_arguments | set(functions) | set(self.with_role("argument"))
        for full in self.with_role(*_STATES):
            for name in sorted(symbols(self.formulas.get(full, Num(0.0))) & barred):
                self.issue(full, f"rate uses {name}, which belongs to a function", "use an input")

    def check_initial(self) -> None:
        """Start values are made of parameters and inputs."""
        for full, expr in self.initial.items():
            for name in sorted(symbols(expr)):
                role = self.role_of(name)
                if role not in ("", "parameter", "input"):
                    message = f"start value needs {name} ({role})"
                    self.issue(full, message, "use parameters and inputs only")

    def quantity(self, full: str) -> Quantity:
        """Return the public record of a member."""
        module, member = self.members[full]
        return Quantity(full, member.unit, member.role, member.tags, member.label, module.file, member.line)

    def quantities(self, *roles: str) -> tuple[Quantity, ...]:
        """Return the public records of all members with these roles."""
        return tuple(self.quantity(full) for full in self.with_role(*roles))


def _check_transport(linker: _Linker, transport: Sequence[Transport], file: str) -> None:
    def check(name: str, what: str, roles: tuple[str, ...], unit: str = "") -> None:
        known = linker.with_role(*roles)
        if name not in known:
            hint = suggest(name, known)
            linker.issues.append(Issue(file, f"{what} {name!r} is no {roles[0]} of the model", hint))
            return
        got = linker.members[name][1].unit
        if unit and got and not parse_unit(got).is_same(parse_unit(unit)):
            linker.issues.append(Issue(file, f"{what} {name} has {got}, expected {unit}"))

    def unit_of(name: str) -> str:
        return linker.members[name][1].unit if name in linker.members else ""

    for t in transport:
        check(t.field, "field", _STATES)
        check(t.volume, "volume", _STATES)
        check(t.coefficient, "coefficient", ("output",), "mm^2/d")
        field, volume = unit_of(t.field), unit_of(t.volume)
        for wall in (t.near, t.far):
            if wall.parameter:
                check(wall.parameter, "wall value", ("parameter",))
                held = unit_of(wall.parameter)
                if field and volume and held:
                    density = parse_unit(field) / parse_unit(volume)
                    if not parse_unit(held).is_same(density):
                        message = f"wall value {wall.parameter} has {held}"
                        message += f", expected the density {field} per {volume}"
                        linker.issues.append(Issue(file, message))


def link(
    modules: Sequence[Module],
    *,
    name: str,
    scope: str,
    transport: Sequence[Transport] = (),
) -> tuple[ModelIR, list[Issue]]:
    """Join modules into one model.

    Parameters
    ----------
    modules : in the order in which their states appear.
    name, scope : of the model.
    transport : how fields move, for a site model.

    Returns
    -------
    ir : the linked model, without hash; of use only if there are no issues.
    issues : everything wrong in the modules and at their joints.
    """
    linker = _Linker(modules)
    linker.join()
    linker.check_use(transport)
    linker.check_initial()
    _check_transport(linker, transport, f"{name}.transport.yaml")
    is_ordered = linker.check_cycles()
    on_arguments = linker.on_arguments() if is_ordered else set()
    linker.check_arguments(on_arguments)
    functions = linker.functions() if is_ordered else ()
    barred = on_arguments | set(linker.with_role("function"))
    order = [full for full in sort_by_need(linker.needs()) if full not in barred]
    states = linker.quantities(*_STATES)
    ir = ModelIR(
        name=name,
        scope=scope,
        states=states,
        parameters=linker.quantities("parameter"),
        inputs=linker.quantities("input"),
        assignments=tuple(linker.quantity(full) for full in order),
        assignment_exprs=tuple(linker.formulas[full] for full in order),
        initial=tuple(linker.initial.get(q.name, Num(0.0)) for q in states),
        rates=tuple(linker.formulas.get(q.name, Num(0.0)) for q in states),
        outputs=tuple(f for f in linker.with_role("output") if f in linker.formulas),
        functions=functions,
        transport=tuple(transport),
        sbml={module.name: module.sbml for module in modules},
        links=dict(linker.links),
    )
    return ir, linker.issues

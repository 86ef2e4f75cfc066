"""Algebraic rules -> assignments, where a rule has one unknown and that enters it linearly.

An unknown is what may change and is set by nothing else: no rule, no reaction, no event. Anything else (a
rule without an unknown, several unknowns, a root of a nonlinear equation) is refused.
"""

from __future__ import annotations

from typing import Any

from osseo.language.foreign.draft import ZERO, Draft
from osseo.language.ir import Call, Expr, Num, Sym, symbols

__all__ = ["linear_parts", "solve_algebraic_rules"]


def solve_algebraic_rules(draft: Draft) -> None:
    """Solve every algebraic rule for its unknown and note it in `draft.solved`."""
    rules = [r for r in draft.model.getListOfRules() if r.isAlgebraic() and r.isSetMath()]
    open_rules = [draft.number("algebraic rule", rule.getMath()) for rule in rules]
    free = _unknowns(draft) if open_rules else set()
    while open_rules:
        choices = [sorted(free & {n.removeprefix("model.") for n in symbols(e)}) for e in open_rules]
        single = next((k for k, names in enumerate(choices) if len(names) == 1), None)
        if single is None:
            several = any(choices)
            what = "with several unknowns" if several else "without an unknown"
            draft.refuse("algebraic rule", f"algebraic rule {what}")
            return
        unknown = choices[single][0]
        free.discard(unknown)
        parts = linear_parts(open_rules.pop(single), f"model.{unknown}")
        if parts is None:
            draft.refuse(unknown, "algebraic rule that is not linear in its unknown")
            return
        draft.solved[unknown] = Call("neg", (Call("div", (parts[1], parts[0])),))


def _unknowns(draft: Draft) -> set[str]:
    model = draft.model
    groups: list[Any] = [model.getListOfCompartments(), model.getListOfParameters(), model.getListOfSpecies()]
    moved: set[str] = set()
    references: list[Any] = []
    for reaction in model.getListOfReactions():
        references += [*reaction.getListOfReactants(), *reaction.getListOfProducts()]
    for reference in references:
        species = model.getSpecies(reference.getSpecies())
        if species is not None and not species.getBoundaryCondition():
            moved.add(species.getId())
    groups.append([r for r in references if r.isSetId() and r.getLevel() > 2])
    free = {item.getId() for group in groups for item in group if not item.getConstant()}
    return free - moved - set(draft.rate_rules) - set(draft.assignment_rules) - draft.targets


def linear_parts(expr: Expr, name: str) -> tuple[Expr, Expr] | None:
    """Return (a, b) with expr = a * name + b, or none if it is not linear.

    Examples
    --------
    >>> linear_parts(Call("sub", (Sym("k"), Sym("x"))), "x")
    (Num(value=-1.0), Sym(name='k'))
    """
    if expr == Sym(name):
        return Num(1.0), ZERO
    if name not in symbols(expr):
        return ZERO, expr
    if not isinstance(expr, Call):
        return None
    if expr.op in ("add", "sub", "neg"):
        return _sum_parts(expr, name)
    if expr.op == "mul":
        return _product_parts(expr, name)
    if expr.op == "div" and name not in symbols(expr.args[1]):
        parts = linear_parts(expr.args[0], name)
        return None if parts is None else (_over(parts[0], expr.args[1]), _over(parts[1], expr.args[1]))
    return None


def _over(a: Expr, b: Expr) -> Expr:
    return ZERO if a == ZERO else Call("div", (a, b))


def _sum_parts(expr: Call, name: str) -> tuple[Expr, Expr] | None:
    parts = [linear_parts(arg, name) for arg in expr.args]
    known = [p for p in parts if p is not None]
    if len(known) < len(parts):
        return None
    return _combined(expr.op, [p[0] for p in known]), _combined(expr.op, [p[1] for p in known])


def _combined(op: str, args: list[Expr]) -> Expr:
    """Return the sum, difference or negative, without the zeros."""
    if op == "neg":
        args, op = [ZERO, args[0]], "sub"
    if op == "sub":
        first, second = args
        if second == ZERO:
            return first
        negative = Num(-second.value) if isinstance(second, Num) else Call("neg", (second,))
        return negative if first == ZERO else Call("sub", (first, second))
    kept = [arg for arg in args if arg != ZERO]
    if not kept:
        return ZERO
    return kept[0] if len(kept) == 1 else Call("add", tuple(kept))


def _product_parts(expr: Call, name: str) -> tuple[Expr, Expr] | None:
    holders = [arg for arg in expr.args if name in symbols(arg)]
    others = [arg for arg in expr.args if name not in symbols(arg)]
    parts = linear_parts(holders[0], name) if len(holders) == 1 else None
    if parts is None:
        return None
    return _times(others, parts[0]), _times(others, parts[1])


def _times(others: list[Expr], last: Expr) -> Expr:
    if last == ZERO or not others:
        return last if not others else ZERO
    return Call("mul", (*others, last))

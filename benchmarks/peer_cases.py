"""The cases that all solvers get: the body model, the bone model of 43 states, Robertson, and doses.

Parameters differ between members by 10 % (log-normal, Philox); every member is a problem of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from peer_case import Case

from osseo.compiler import compile_model
from osseo.language import load_model
from osseo.language.foreign import read_foreign
from osseo.language.ir import Call, Expr, ModelIR, Num, Quantity, Sym
from osseo.parameters import load_parameters

__all__ = ["make_cases"]

BONE = Path(__file__).parent / "models" / "bone43.ant"
#: what differs between members of the bone model; its derived constants follow
BONE_VARIES = (
    "ca_day k_deep k_latent kb da k_rank k_rankl k_opg k_creb gland_rate cap_rate aoh_made k_ctriol oral_ca "
    "oral_phos r_low r_high k_gut_phos phos_in deno_ka deno_cl deno_max deno_q k_ls k_ls_deno k_fn"
).split()

_OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mult", ast.Div: "div", ast.Pow: "pow"}
_OPERATORS[ast.Mult] = "mul"


def make_cases(n: int) -> dict[str, Case]:
    """Return all cases but the site's, with n members each."""
    return {case.name: case for case in (_bone(n), _dosed(n), _robertson(n), _body(n))}


def bare(ir: ModelIR) -> ModelIR:
    """Return a model without outputs: no solver shall compute more than another."""
    return replace(ir, outputs=(), hash=f"{ir.hash}-bare")


def _body(n: int) -> Case:
    system = compile_model(load_model("body"))
    p = system.parameter_vector(load_parameters())[0]
    p = p * np.exp(0.1 * np.random.Generator(np.random.Philox(7)).standard_normal((n, p.size)))
    u = np.full(len(system.input_names), 2.0)
    y0 = system.initial(p, np.tile(u, (n, 1)))
    return Case(
        "body",
        "the shipped whole-body magnesium model, constant diet, one year",
        bare(system.ir),
        p,
        y0,
        np.linspace(0.0, 365.0, 13),
        scale=np.maximum(np.abs(y0).max(axis=0), 1.0),
        u=tuple(u),
    )


def _bone(n: int) -> Case:
    """Denosumab on day 0, one year; in hours, as the model has it."""
    import antimony

    antimony.clearPreviousLoads()
    if antimony.loadAntimonyFile(str(BONE)) < 0:
        raise ValueError(antimony.getLastError())
    model = read_foreign(antimony.getSBMLString("bone43"), "bone43")
    plain = dict(zip((q.name for q in model.ir.parameters), model.start().p, strict=True))
    factors = np.exp(0.1 * np.random.Generator(np.random.Philox(43)).standard_normal((n, len(BONE_VARIES))))
    starts = [
        model.start({f"model.{k}": plain[f"model.{k}"] * f for k, f in zip(BONE_VARIES, row, strict=True)})
        for row in factors
    ]
    y0 = np.array([start.y0 for start in starts])
    names = [q.name for q in model.ir.states]
    y0[:, names.index("model.DenoSC")] = 60e6 * 0.729
    # off the switch at 1.2 mmol/L, on which the model rests: starting there AMICI misses it
    y0[:, names.index("model.Phos")] *= 1.001
    scale = np.abs(y0).max(axis=0)
    scale[names.index("model.DenoCent")] = scale[names.index("model.DenoPer")] = 60e6
    scale[names.index("model.UCA")] = 1000.0
    return Case(
        "bone43",
        "bone, calcium and hormones in 43 states (benchmarks/models), denosumab on day 0, one year",
        bare(model.ir),
        np.array([start.p for start in starts]),
        y0,
        np.linspace(0.0, 8760.0, 13),
        scale=np.where(scale > 0, scale, 1.0),
        atol_share=1e-5,
    )


def _read(text: str) -> Expr:
    def read(node: ast.AST) -> Expr:
        if isinstance(node, ast.BinOp):
            return Call(_OPERATORS[type(node.op)], (read(node.left), read(node.right)))
        if isinstance(node, ast.UnaryOp):
            return Call("neg", (read(node.operand),))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return Call(node.func.id, tuple(read(a) for a in node.args))
        if isinstance(node, ast.Name):
            return Sym(f"m.{node.id}")
        if isinstance(node, ast.Constant):
            return Num(float(node.value))
        raise ValueError(ast.dump(node))

    return read(ast.parse(text, mode="eval").body)


def _model(name: str, rates: Mapping[str, str], parameters: Mapping[str, float]) -> ModelIR:
    """Make a ModelIR from formulas; all units are 1: these models are not osseo's."""
    states = tuple(Quantity(f"m.{s}", "1", "state") for s in rates)
    return ModelIR(
        name,
        "body",
        states,
        tuple(Quantity(f"m.{p}", "1", "parameter") for p in parameters),
        (),
        (),
        (),
        tuple(Num(0.0) for _ in states),
        tuple(_read(text) for text in rates.values()),
    )


def _vary(values: Mapping[str, float], n: int) -> np.ndarray:
    generator = np.random.Generator(np.random.Philox(20261124))
    return np.array(list(values.values())) * np.exp(0.1 * generator.standard_normal((n, len(values))))


def _dosed(n: int) -> Case:
    parameters = {"ka": 20.0, "ke": 3.0}
    rates = {"depot": "-ka*depot", "central": "ka*depot - ke*central"}
    doses = tuple((float(day), 0, 100.0) for day in range(28))
    return Case(
        "dosed",
        "one-compartment PK, 28 daily doses, hourly output for 28 days",
        _model("dosed", rates, parameters),
        _vary(parameters, n),
        np.zeros((n, 2)),
        np.arange(28 * 24 + 1) / 24,
        doses,
        scale=np.array([100.0, 100.0]),
    )


def _robertson(n: int) -> Case:
    parameters = {"a": 0.04, "b": 1e4, "c": 3e7}
    rates = {
        "x": "-a*x + b*y*z",
        "y": "a*x - b*y*z - c*y*y",
        "z": "c*y*y",
    }
    return Case(
        "robertson",
        "Robertson's three reactions to t = 1e5",
        _model("robertson", rates, parameters),
        _vary(parameters, n),
        np.tile([1.0, 0.0, 0.0], (n, 1)),
        np.concatenate([[0.0], np.logspace(-3, 5, 25)]),
        scale=np.array([1.0, 4e-5, 1.0]),
        atol_share=1e-2,
    )

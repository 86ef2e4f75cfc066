"""Joining modules: full names, joints, use, functions."""

import pytest

from osseo.errors import ModelError
from osseo.language.ir import Call, Num, Sym

POOL = """
const V; V has L
const start; start has mmol
amount = start; amount has mmol; amount notes "tag: dose_iv; tag: seen"
amount' = -loss
conc := amount / V; conc has mmol_per_L; conc is "Serum Mg"
const loss; loss has mmol_per_d; loss notes "from: kidney.urine_flux"
"""
KIDNEY = """
const conc; conc has mmol_per_L; conc notes "from: pool"
const GFR; GFR has L_per_d
urine_flux := GFR * conc; urine_flux has mmol_per_d; urine_flux notes "role: output"
urine = 0; urine has mmol; urine notes "role: ledger"
urine' = urine_flux
"""


def said_by(load_modules, **bodies):
    with pytest.raises(ModelError) as caught:
        load_modules(**bodies)
    return [str(issue) for issue in caught.value.issues]


def test_two_modules_take_from_each_other(load_modules):
    ir = load_modules(pool=POOL, kidney=KIDNEY)
    assert ir.links == {"pool.loss": "kidney.urine_flux", "kidney.conc": "pool.conc"}
    assert [q.name for q in ir.states] == ["pool.amount", "kidney.urine"]
    assert [q.role for q in ir.states] == ["state", "ledger"]
    assert [q.name for q in ir.parameters] == ["pool.V", "pool.start", "kidney.GFR"]
    assert [q.name for q in ir.assignments] == ["pool.conc", "kidney.urine_flux"]
    assert ir.outputs == ("kidney.urine_flux",)
    assert ir.rates[0] == Call("neg", (Sym("kidney.urine_flux"),))
    assert ir.initial == (Sym("pool.start"), Num(0.0))
    assert [q.name for q in ir.tagged("dose_iv")] == ["pool.amount"]
    assert ir.quantity("pool.conc").label == "Serum Mg"
    assert set(ir.sbml) == {"pool", "kidney"}


def test_order_of_files_changes_the_layout_and_nothing_else(load_modules):
    one, other = load_modules(pool=POOL, kidney=KIDNEY), load_modules(kidney=KIDNEY, pool=POOL)
    assert {q.name for q in one.states} == {q.name for q in other.states}
    rates = dict(zip((q.name for q in one.states), one.rates, strict=True))
    assert rates == dict(zip((q.name for q in other.states), other.rates, strict=True))
    assert one.hash != other.hash


def test_unit_clash_at_the_joint_names_both_units_and_both_places(load_modules):
    issues = said_by(
        load_modules, pool=POOL.replace("loss has mmol_per_d", "loss has mmol_per_h"), kidney=KIDNEY
    )
    joint = [i for i in issues if "one unit on both sides" in i]
    assert joint == [
        "pool.ant:7: pool.loss: has mmol/h here and mmol/d as kidney.urine_flux (kidney.ant:4); "
        "use one unit on both sides of the joint"
    ]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("kidny.urine_flux", "unknown module 'kidny'; did you mean kidney?"),
        ("kidney.urine_flx", "kidney has no 'urine_flx'; did you mean urine_flux"),
        ("kidney", "kidney has no 'loss'"),
        ("kidney.conc", "kidney.conc is itself taken from pool"),
    ],
)
def test_a_link_to_nothing_offers_near_names(load_modules, target, said):
    pool = POOL.replace("kidney.urine_flux", target)
    issues = said_by(load_modules, pool=pool, kidney=KIDNEY)
    assert any(i.startswith("pool.ant:7: pool.loss") and said in i for i in issues), issues


def test_unused_link_is_an_error(load_modules):
    pool = POOL.replace("amount' = -loss", "amount' = -start / V * V * 0 / loss_time") + (
        "const loss_time; loss_time has d\n"
    )
    issues = said_by(load_modules, pool=pool, kidney=KIDNEY)
    assert "pool.ant:7: pool.loss: link is never used; remove it" in issues


def test_cycle_across_files_is_named(load_modules):
    one = 'const b; b has mmol; b notes "from: two"\na := b; a has mmol; a notes "role: output"'
    two = 'const a; a has mmol; a notes "from: one"\nb := a; b has mmol'
    issues = said_by(load_modules, one=one, two=two)
    assert issues == [
        "one.ant:3: one.a: assignments need each other: one.a -> two.b -> one.a; "
        "make one of them a state with a rate"
    ]


def test_a_function_carries_the_assignments_it_needs(load_modules):
    ir = load_modules(
        gut="""
        const sitting; sitting has mmol; sitting notes "role: argument"
        const phi; phi has dimensionless; phi notes "role: argument"
        const vmax; vmax has mmol
        const km; km has mmol
        carried := vmax / (km + sitting); carried has dimensionless
        share := phi * carried; share has dimensionless; share notes "role: function"
        amount = 0; amount has mmol
        amount' = vmax * k
        const k; k has per_d
        """
    )
    (function,) = ir.functions
    assert function.name == "gut.share"
    assert function.args == ("gut.sitting", "gut.phi")
    assert function.arg_units == ("mmol", "1")
    carried = Call("div", (Sym("gut.vmax"), Call("add", (Sym("gut.km"), Sym("gut.sitting")))))
    assert function.expr == Call("mul", (Sym("gut.phi"), carried))
    assert ir.assignments == ()
    assert [q.name for q in ir.parameters] == ["gut.vmax", "gut.km", "gut.k"]


def test_a_function_may_not_read_a_state(load_modules):
    issues = said_by(
        load_modules,
        gut="""
        const sitting; sitting has mmol; sitting notes "role: argument"
        const k; k has per_d
        const start; start has mmol
        amount = start; amount has mmol
        amount' = -k * amount
        share := sitting / amount; share has dimensionless; share notes "role: function"
        """,
    )
    assert issues == ["gut.ant:7: gut.share: function needs gut.amount (state); use arguments and parameters"]


def test_initial_value_may_use_a_linked_parameter(load_modules):
    ir = load_modules(
        one="const base; base has mmol; const k; k has per_d\na = base; a has mmol\na' = -k * a",
        two='const base; base has mmol; base notes "from: one"\n'
        'const k; k has per_d; k notes "from: one"\nb = base; b has mmol\nb\' = -k * b',
    )
    assert ir.initial == (Sym("one.base"), Sym("one.base"))
    assert [q.name for q in ir.parameters] == ["one.base", "one.k"]

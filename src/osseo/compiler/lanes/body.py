"""Body: the lines of one LLVM function whose values are `width` doubles side by side.

Width 1 is the scalar form. Both come from the same calls in the same order, every operation is rounded as
IEEE 754 says, and products are fused with sums only where this code says so: therefore a lane of any width
has the bits of the scalar form. No fast-math flag is ever written.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

__all__ = ["Body", "literal"]


def literal(value: float) -> str:
    """Return a double as LLVM reads it exactly."""
    return f"0x{struct.unpack('>Q', struct.pack('>d', value))[0]:016X}"


class Body:
    """Lines of one function, with numbered values.

    Parameters
    ----------
    width : doubles in a value.
    """

    def __init__(self, width: int = 1) -> None:
        self.width = width
        self.kind = _vector("double", width)
        self.whole = _vector("i64", width)
        self.truth = _vector("i1", width)
        self.suffix = "f64" if width == 1 else f"v{width}f64"
        self.lines: list[str] = []
        self._n = 0
        self._block = "entry"

    def value(self, text: str) -> str:
        """Add a line that makes a value; return its name."""
        name = f"%v{self._n}"
        self._n += 1
        self.lines.append(f"  {name} = {text}")
        return name

    def number(self, value: float) -> str:
        """Return a literal, the same in all lanes."""
        return self._splat(f"double {literal(value)}")

    def integer(self, value: int) -> str:
        """Return a whole literal of 64 bits, the same in all lanes."""
        return self._splat(f"i64 {value}")

    def _splat(self, text: str) -> str:
        return text.split(" ", 1)[1] if self.width == 1 else f"splat ({text})"

    def binary(self, op: str, a: str, b: str) -> str:
        """Return a op b for `fadd`, `fsub`, `fmul` or `fdiv`."""
        return self.value(f"{op} {self.kind} {a}, {b}")

    def add(self, a: str, b: str) -> str:
        """Return a + b."""
        return self.binary("fadd", a, b)

    def sub(self, a: str, b: str) -> str:
        """Return a - b."""
        return self.binary("fsub", a, b)

    def mul(self, a: str, b: str) -> str:
        """Return a * b."""
        return self.binary("fmul", a, b)

    def div(self, a: str, b: str) -> str:
        """Return a / b."""
        return self.binary("fdiv", a, b)

    def neg(self, a: str) -> str:
        """Return -a."""
        return self.value(f"fneg {self.kind} {a}")

    def fma(self, a: str, b: str, c: str) -> str:
        """Return a * b + c, rounded once."""
        return self.intrinsic("fma", a, b, c)

    def intrinsic(self, name: str, *args: str) -> str:
        """Call an LLVM intrinsic of the width of this body, such as `fabs`."""
        return self.call(f"llvm.{name}.{self.suffix}", *args)

    def call(self, name: str, *args: str) -> str:
        """Call a function of doubles that returns one."""
        return self.value(f"call {self.kind} @{name}({', '.join(f'{self.kind} {a}' for a in args)})")

    def compare(self, how: str, a: str, b: str) -> str:
        """Return the truth of an `fcmp` such as `olt`."""
        return self.value(f"fcmp {how} {self.kind} {a}, {b}")

    def both(self, op: str, a: str, b: str) -> str:
        """Return `and`, `or` or `xor` of two truths."""
        return self.value(f"{op} {self.truth} {a}, {b}")

    def invert(self, a: str) -> str:
        """Return the opposite of a truth."""
        return self.both("xor", a, self._splat("i1 true"))

    def select(self, condition: str, a: str, b: str) -> str:
        """Return a where the condition holds, else b."""
        return self.value(f"select {self.truth} {condition}, {self.kind} {a}, {self.kind} {b}")

    def select_whole(self, condition: str, a: str, b: str) -> str:
        """Return whole a where the condition holds, else b."""
        return self.value(f"select {self.truth} {condition}, {self.whole} {a}, {self.whole} {b}")

    def bits(self, a: str) -> str:
        """Return the bits of a double as a whole number."""
        return self.value(f"bitcast {self.kind} {a} to {self.whole}")

    def from_bits(self, a: str) -> str:
        """Return the double with these bits."""
        return self.value(f"bitcast {self.whole} {a} to {self.kind}")

    def whole_op(self, op: str, a: str, b: str) -> str:
        """Return an operation on whole numbers, such as `shl`."""
        return self.value(f"{op} {self.whole} {a}, {b}")

    def polynomial(self, x: str, coefficients: Sequence[float]) -> str:
        """Return c_0 + x (c_1 + x (c_2 + ...)), every stage fused."""
        result = self.number(coefficients[-1])
        for c in reversed(coefficients[:-1]):
            result = self.fma(result, x, self.number(c))
        return result

    def address(self, base: str, row: int | str) -> str:
        """Return the address of row `row` (a number or an i64 value) behind a pointer."""
        return self.value(f"getelementptr inbounds {self.kind}, ptr {base}, i64 {row}")

    def load(self, base: str, row: int | str) -> str:
        """Return row `row` behind a pointer."""
        return self.value(f"load {self.kind}, ptr {self.address(base, row)}, align {8 * self.width}")

    def store(self, base: str, row: int | str, value: str) -> None:
        """Store into row `row` behind a pointer."""
        self.lines.append(
            f"  store {self.kind} {value}, ptr {self.address(base, row)}, align {8 * self.width}"
        )

    def scalar(self, base: str, place: int | str, kind: str = "double") -> str:
        """Return one number, alike for all lanes, from an array of `double`, `i64` or `ptr`."""
        address = self.value(f"getelementptr inbounds {kind}, ptr {base}, i64 {place}")
        return self.value(f"load {kind}, ptr {address}, align 8")

    def index(self, op: str, a: int | str, b: int | str) -> str:
        """Return an operation on two indices, such as `add`."""
        return self.value(f"{op} i64 {a}, {b}")

    def line(self, text: str) -> None:
        """Add a line that makes no value."""
        self.lines.append(f"  {text}")

    def spread(self, scalar: str) -> str:
        """Return one double value in all lanes."""
        if self.width == 1:
            return scalar
        first = self.value(f"insertelement {self.kind} poison, double {scalar}, i64 0")
        zeros = f"<{self.width} x i32> zeroinitializer"
        return self.value(f"shufflevector {self.kind} {first}, {self.kind} poison, {zeros}")

    def largest(self, a: str) -> str:
        """Return the largest of all lanes as a whole number; it may only say how often a loop runs."""
        top = a
        if self.width > 1:
            top = self.value(f"call double @llvm.vector.reduce.fmax.{self.suffix}({self.kind} {a})")
        return self.value(f"fptosi double {top} to i64")

    @contextmanager
    def loop(self, n: int | str, *carried: str) -> Iterator[tuple[str, list[str], list[str]]]:
        """Repeat what is written inside for an i64 index 0..n-1; n is a number or an i64 value.

        Yields the index, the carried values on entry of a round, and a list into which the inside puts them
        at its end, in order; after the loop that list holds the last values.
        """
        number = self._n
        self._n += 1
        before = self._block
        self.lines += [f"  br label %head{number}", f"head{number}:"]
        place = len(self.lines)
        index, onward = f"%i{number}", f"%j{number}"
        self.lines += [
            f"  %again{number} = icmp ult i64 {index}, {n}",
            f"  br i1 %again{number}, label %round{number}, label %done{number}",
            f"round{number}:",
        ]
        self._block = f"round{number}"
        old = [f"%c{number}.{k}" for k in range(len(carried))]
        new: list[str] = []
        yield index, old, new
        self.lines += [
            f"  {onward} = add nuw nsw i64 {index}, 1",
            f"  br label %head{number}",
            f"done{number}:",
        ]
        phis = [f"  {index} = phi i64 [0, %{before}], [{onward}, %{self._block}]"]
        for name, first, last in zip(old, carried, new, strict=True):
            phis.append(f"  {name} = phi {self.kind} [{first}, %{before}], [{last}, %{self._block}]")
        self.lines[place:place] = phis
        self._block = f"done{number}"
        new[:] = old

    def text(self, name: str, signature: str, *, private: bool = False) -> str:
        """Return the function, which returns nothing."""
        body = "\n".join(self.lines)
        scope = "internal " if private else ""
        head = f"define {scope}void @{name}({signature}) nounwind"
        return f"{head} {{\nentry:\n{body}\n  ret void\n}}\n"

    def returning(self, name: str, arguments: Sequence[str], result: str) -> str:
        """Return an internal function of values of this width that returns `result`."""
        body = "\n".join(self.lines)
        given = ", ".join(f"{self.kind} {a}" for a in arguments)
        return (
            f"define internal {self.kind} @{name}({given}) nounwind "
            f"{{\nentry:\n{body}\n  ret {self.kind} {result}\n}}\n"
        )


def _vector(kind: str, width: int) -> str:
    return kind if width == 1 else f"<{width} x {kind}>"

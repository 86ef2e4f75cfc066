"""The proof that ships with the package: every check on this machine, and a record with versions."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from osseo import __version__
from osseo.compiler.compile import EMITTER_VERSION
from osseo.engine.native.machine import lane_width
from osseo.errors import OsseoError
from osseo.verify.checks import CHECKS, Check

__all__ = ["Proof", "run_proof"]

#: told what is being checked and the share done
Progress = Callable[[str, float | None], None]
PACKAGES = ("numpy", "numba", "llvmlite", "scipy", "python-libsbml", "antimony", "scikit-sundae")


@dataclass(frozen=True)
class Proof:
    """What was measured, how long it took [s], and on what."""

    checks: tuple[Check, ...]
    seconds: float
    started: str

    @property
    def passed(self) -> bool:
        """Return whether every check passed."""
        return all(check.passed for check in self.checks)

    def record(self) -> dict[str, object]:
        """Return the proof as plain data, with versions of everything it ran on."""
        return {
            "osseo": __version__,
            "emitter": EMITTER_VERSION,
            "started": self.started,
            "seconds": round(self.seconds, 1),
            "passed": self.passed,
            "python": platform.python_version(),
            "machine": f"{platform.system()} {platform.machine()}",
            "processor": _processor(),
            "lanes": lane_width(),
            "packages": {name: _version(name) for name in PACKAGES},
            "checks": [{**asdict(check), "passed": check.passed} for check in self.checks],
        }


def run_proof(progress: Progress | None = None) -> Proof:
    """Run every check; one that cannot be run has failed, with not-a-number measured.

    Parameters
    ----------
    progress : told what is being checked.
    """
    started, clock = datetime.now(UTC).isoformat(timespec="seconds"), time.perf_counter()
    found: list[Check] = []
    for i, (name, run) in enumerate(CHECKS.items()):
        if progress is not None:
            progress(name, i / len(CHECKS))
        try:
            found.extend(run())
        except OsseoError as error:
            found.append(Check(f"{name}: {error}", float("nan"), 0.0, "could not be run"))
    return Proof(tuple(found), time.perf_counter() - clock, started)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    import llvmlite.binding as llvm

    return llvm.get_host_cpu_name()

"""The exception tree and the `Issue` record that doors collect.

Every message says WHERE - GOT - EXPECTED - DO THIS NEXT. Doors (YAML, CSV, command line) collect
issues and raise once, so that a user sees all problems at a time.

    OsseoError
      InputError(ValueError)         a door was given something it cannot use
        NameUnknown(KeyError)        a name that does not exist, with near names
        UnitError                    a wrong dimension or factor
      ModelError                     a model file is wrong
      EvidenceError                  an evidence record is wrong
      SolveError                     the numerics failed
      CalibrationError               a fit failed or was refused
      MissingExtra(ImportError)      an optional package is not installed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "CalibrationError",
    "EvidenceError",
    "InputError",
    "Issue",
    "MissingExtra",
    "ModelError",
    "NameUnknown",
    "OsseoError",
    "SolveError",
    "UnitError",
]


@dataclass(frozen=True)
class Issue:
    """One problem found at a door.

    Parameters
    ----------
    where : file and line, record id or `module.quantity`.
    message : what was got and what was expected, in one sentence.
    remedy : what to do next; may be empty.
    severity : `error` stops the command, `warning` is shown and lets it go on.
    """

    where: str
    message: str
    remedy: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        """Return the issue as one line."""
        tail = f"; {self.remedy}" if self.remedy else ""
        return f"{self.where}: {self.message}{tail}"


class OsseoError(Exception):
    """Base of all errors raised on purpose by osseo; `issues` holds the single problems."""

    def __init__(self, message: str, issues: Sequence[Issue] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.issues = tuple(issues)

    def __str__(self) -> str:
        """Return the message (KeyError would show its repr)."""
        return self.message

    @classmethod
    def from_issues(cls, source: str, issues: Sequence[Issue], done: str = "nothing was run"):
        """Build one error that lists every issue found in `source`."""
        n = len(issues)
        head = f"{source}: {n} problem{'s' if n != 1 else ''}, {done}"
        return cls("\n".join([head, *(f"  {issue}" for issue in issues)]), issues)


class InputError(OsseoError, ValueError):
    """A door was given something it cannot use."""


class NameUnknown(InputError, KeyError):
    """A name that does not exist; the message offers up to three near names."""


class UnitError(InputError):
    """A quantity has the wrong dimension or factor."""


class ModelError(OsseoError):
    """A model file does not say what it must, or says it wrongly."""


class EvidenceError(OsseoError):
    """An evidence record is missing, corrupt or cited where it must not be."""


class SolveError(OsseoError):
    """A course could not be computed; the message holds the failure report."""


class CalibrationError(OsseoError):
    """A fit failed or was refused."""


class MissingExtra(OsseoError, ImportError):
    """An optional package is not installed; the message holds the command that installs it."""

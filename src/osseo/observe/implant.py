"""An implant: stability by resonance, bone contact and removal torque, from bone in the first millimetre.

The screw stands in drilled host bone. Damaged bone is resorbed before new bone takes over, so stability
dips in the first weeks. Bone that is dead but still there carries the screw as well as living bone.
"""

from __future__ import annotations

import numpy as np

from osseo.observe.reading.slices import far_share
from osseo.observe.tissue import core_share
from osseo.parameters.table import load_parameters
from osseo.site.course import SiteCourse

__all__ = ["bone_contact", "bone_round_screw", "isq", "isq_of_bone", "removal_torque"]

_HARD = ("mineral", "graft")
_SCALE_TOP = 100.0


def bone_round_screw(course: SiteCourse) -> np.ndarray:
    """Return the share (n, n_times) [1] of tissue that holds the screw, old and new.

    mineral + graft (drilled bone that is still there) + w osteoid

    Osteoid is matrix anywhere between laid down and mineralised, so it carries part of a load: w is
    observe.osteoid_carries. With w = 0 the dip would come when the last osteoid has mineralised.
    """
    carries = load_parameters("observe").value("observe.osteoid_carries")
    return core_share(course, _HARD) + carries * core_share(course, ("osteoid",))


def isq_of_bone(share: np.ndarray, half: float | None = None) -> np.ndarray:
    """Return ISQ from the share of hard bone round a screw.

    ISQ = 100 S / (S + S_half)

    Parameters
    ----------
    share : (..) [1]. half : [1] share at ISQ 50; None takes observe.isq_half.

    Notes
    -----
    100 is the top of the scale by definition, no bone reads 0. The slope, 100 S_half / (S + S_half)^2 per
    unit, is small in dense bone and large in soft bone, which gains most (kim2009isq). Proved wrong by a
    series where dense bone gains more ISQ per point of bone than soft bone.
    """
    half = load_parameters("observe").value("observe.isq_half") if half is None else half
    share = np.asarray(share, dtype=float)
    return _SCALE_TOP * share / (share + half)


def isq(course: SiteCourse, half: float | None = None) -> np.ndarray:
    """Return the implant stability quotient (n, n_times), 0 to 100."""
    return isq_of_bone(bone_round_screw(course), half)


def bone_contact(course: SiteCourse) -> np.ndarray:
    """Return the share (n, n_times) [1] of the screw's surface that touches bone, old or new.

    The share of hard tissue at the far end of the column, on the line through its last two cells.
    """
    total = 0.0
    for i, column in enumerate(course.columns):
        volume = course.amounts["volume"][i]
        hard = sum(course.amounts[field][i] for field in _HARD[1:]) + course.amounts[_HARD[0]][i]
        total = total + column.weight * np.minimum(far_share(hard / volume, course.thickness(i)), 1.0)
    return np.asarray(total)


def removal_torque(course: SiteCourse) -> np.ndarray:
    """Return the torque (n, n_times) [Ncm] that turns an implant out.

    torque = contact * torque at full contact: shear strength times surface times radius of the screw.

    Sources: explant_torque2016 for the order of size of integrated implants.
    """
    return bone_contact(course) * load_parameters("observe").value("observe.torque_full")

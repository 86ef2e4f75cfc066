"""Coefficients of Rodas5P, in the form without products with the Jacobian.

With shift = 1/(h gamma), stage s solves

    (shift I - J) k_s = f(t + c_s h, y + sum_j a_sj k_j) + sum_j (C_sj/h) k_j + h d_s df/dt

the new state is y + sum_j a_8j k_j, the error estimate is the last k, and between the ends
y(theta) = (1-theta) y + theta (y_new + (1-theta) (q_0 + theta (q_1 + theta q_2))), q_m = sum_j H_mj k_j.
Published values: Steinebach 2023, BIT Numer. Math. 63, 27; the tests measure their order.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["N_STAGES", "Tableau", "make_tableau"]

N_STAGES = 8
_GAMMA = 0.21193756319429014
# rows 6, 7 and the new state each add the k before them to the row above
_A = (
    (),
    (3.0,),
    (2.849394379747939, 0.45842242204463923),
    (-6.954028509809101, 2.489845061869568, -10.358996098473584),
    (2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641),
    (
        -7.502846399306121,
        2.561846144803919,
        -11.627539656261098,
        -0.18268767659942256,
        0.030198172008377946,
    ),
)
_C = (
    (),
    (-14.155112264123755,),
    (-17.97296035885952, -2.859693295451294),
    (147.12150275711716, -1.41221402718213, 71.68940251302358),
    (165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306),
    (
        24.854864614690072,
        -3.0009227002832186,
        47.4931110020768,
        5.5814197821558125,
        -0.6610691825249471,
    ),
    (
        30.91273214028599,
        -3.1208243349937974,
        77.79954646070892,
        34.28646028294783,
        -19.097331116725623,
        -28.087943162872662,
    ),
    (
        37.80277123390563,
        -3.2571969029072276,
        112.26918849496327,
        66.9347231244047,
        -40.06618937091002,
        -54.66780262877968,
        -9.48861652309627,
    ),
)
_NODES = (0.0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1, 1, 1)
_TIME_WEIGHTS = (
    _GAMMA,
    -0.42387512638858027,
    -0.3384627126235924,
    1.8046452872882734,
    2.325825639765069,
    0.0,
    0.0,
    0.0,
)
_DENSE = (
    (
        25.948786856663858,
        -2.5579724845846235,
        10.433815404888879,
        -2.3679251022685204,
        0.524948541321073,
        1.1241088310450404,
        0.4272876194431874,
        -0.17202221070155493,
    ),
    (
        -9.91568850695171,
        -0.9689944594115154,
        3.0438037242978453,
        -24.495224566215796,
        20.176138334709044,
        15.98066361424651,
        -6.789040303419874,
        -6.710236069923372,
    ),
    (
        11.419903575922262,
        2.8879645146136994,
        72.92137995996029,
        80.12511834622643,
        -52.072871366152654,
        -59.78993625266729,
        -0.15582684282751913,
        4.883087185713722,
    ),
)


class Tableau(NamedTuple):
    """Arrays of the method; it travels as an argument so that no number is frozen in a cache.

    a, c (8, 8) strictly lower; nodes, time_weights (8,); dense (3, 8).
    """

    gamma: float
    a: np.ndarray
    c: np.ndarray
    nodes: np.ndarray
    time_weights: np.ndarray
    dense: np.ndarray


def _lower(rows: tuple[tuple[float, ...], ...]) -> np.ndarray:
    """Fill a square array from its strictly lower rows."""
    square = np.zeros((N_STAGES, N_STAGES))
    for i, row in enumerate(rows):
        square[i, : len(row)] = row
    return square


def make_tableau() -> Tableau:
    """Return the coefficients as arrays."""
    return Tableau(
        gamma=_GAMMA,
        a=_lower(_A),
        c=_lower(_C),
        nodes=np.array(_NODES, dtype=np.float64),
        time_weights=np.array(_TIME_WEIGHTS),
        dense=np.array(_DENSE),
    )

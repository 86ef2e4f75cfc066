"""Random mass-action networks: as SBML for our path, as plain arrays for CVODE.

The two ways share only the table of reactions. No reaction makes more molecules than it uses, so that nothing
blows up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from osseo.errors import SolveError

__all__ = ["Network", "random_network"]


@dataclass(frozen=True)
class Network:
    """Reactions among n species.

    Parameters
    ----------
    used, made : (n_reactions, n) stoichiometry.
    rates : (n_reactions,) mass-action constants.
    start : (n,) amounts at time 0, in a compartment of size 1.
    """

    used: np.ndarray
    made: np.ndarray
    rates: np.ndarray
    start: np.ndarray

    def sbml(self) -> str:
        """Return the network as SBML Level 3."""
        import libsbml as sb

        document = sb.SBMLDocument(3, 2)
        model = document.createModel()
        box = model.createCompartment()
        box.setId("box")
        box.setSize(1.0)
        box.setSpatialDimensions(3)
        box.setConstant(True)
        for i, amount in enumerate(self.start):
            species = model.createSpecies()
            species.setId(f"S{i}")
            species.setCompartment("box")
            species.setInitialAmount(float(amount))
            for setter in (
                species.setHasOnlySubstanceUnits,
                species.setBoundaryCondition,
                species.setConstant,
            ):
                setter(False)
        for j in range(self.rates.size):
            self._add_reaction(model, j)
        return sb.writeSBMLToString(document)

    def _add_reaction(self, model, j: int) -> None:
        import libsbml as sb

        reaction = model.createReaction()
        reaction.setId(f"R{j}")
        reaction.setReversible(False)
        factors = [repr(float(self.rates[j]))]
        for count, create in (
            (self.used[j], reaction.createReactant),
            (self.made[j], reaction.createProduct),
        ):
            for i in np.flatnonzero(count):
                reference = create()
                reference.setSpecies(f"S{i}")
                reference.setStoichiometry(float(count[i]))
                reference.setConstant(True)
        for i in np.flatnonzero(self.used[j]):
            factors += [f"S{i}"] * int(self.used[j, i])
        law = reaction.createKineticLaw()
        law.setMath(sb.parseL3Formula("*".join(factors)))

    def rhs(self, y: np.ndarray) -> np.ndarray:
        """Return dy/dt (n,)."""
        speed = self.rates * np.prod(np.power(y, self.used), axis=1)
        return (self.made - self.used).T @ speed

    def reference(self, times: np.ndarray, rtol: float = 1e-11, atol: float = 1e-14) -> np.ndarray:
        """Return y (n_times, n) by SUNDIALS CVODE.

        Raises
        ------
        SolveError : CVODE gave up.
        """
        from sksundae.cvode import CVODE

        def rates(t: float, y: np.ndarray, dydt: np.ndarray) -> None:
            dydt[:] = self.rhs(y)

        solver = CVODE(rates, method="BDF", rtol=rtol, atol=atol, max_num_steps=100_000)
        solution = solver.solve(times, self.start)
        if not solution.success:
            raise SolveError(f"CVODE on a random network: {solution.message}")
        return solution.y


def random_network(seed: int, n_species: int = 5, n_reactions: int = 8) -> Network:
    """Return a network whose constants span five orders of magnitude.

    Parameters
    ----------
    seed : of everything drawn.
    """
    rng = np.random.default_rng(seed)
    used = np.zeros((n_reactions, n_species))
    made = np.zeros((n_reactions, n_species))
    for j in range(n_reactions):
        order = int(rng.integers(1, 3))
        np.add.at(used[j], rng.integers(0, n_species, order), 1.0)
        np.add.at(made[j], rng.integers(0, n_species, int(rng.integers(1, order + 1))), 1.0)
    rates = 10.0 ** rng.uniform(-2.0, 3.0, n_reactions)
    return Network(used, made, rates, rng.uniform(0.1, 2.0, n_species))

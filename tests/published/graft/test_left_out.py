"""Left one study out: the linear posterior against true refits, and the scores of the fit."""

import numpy as np
import pytest

from osseo.calibrate.apart.linear import read_linear
from osseo.calibrate.apart.scores import held_apart
from osseo.calibrate.fit import fit
from osseo.calibrate.graft import GRAFT_OPTIONS, graft_problem
from osseo.calibrate.loso import loso_posterior, loso_records
from osseo.errors import NameUnknown
from osseo.site.posterior import graft_posterior

#: three records that teach much, of three kinds of site
REFITTED = ("fucentese2019", "tibia_closed100", "schropp2003")


def test_every_record_of_the_fit_can_be_left_out():
    assert set(loso_records()) == set(graft_posterior().meta["evidence"])
    with pytest.raises(NameUnknown, match="record of the graft fit"):
        loso_posterior("comertkilic2017")


def test_draws_without_a_record_differ_by_what_it_taught():
    shipped, apart = graft_posterior(), loso_posterior("schropp2003")
    assert apart.names == shipped.names and apart.n == shipped.n
    assert apart.meta["left_out"] == "schropp2003"
    taught = "graft_volume.collapse_rate@socket"
    assert np.log(apart.column(taught)).std() > np.log(shipped.column(taught)).std()
    # what is drawn from priors is the same draw
    for name in shipped.meta["prior_only"]:
        np.testing.assert_allclose(apart.column(name), shipped.column(name), rtol=1e-12)


@pytest.mark.xfail(
    strict=True, reason="83 % inside, wanted 85: the linear spread lacks what is never fitted (0242)"
)
def test_scores_left_one_study_out():
    """The wanted coverage is 85 to 95 % (decision 0240); the bounds here are of the fit as it is."""
    targets = graft_problem().targets
    rows = {row.name: row for row in held_apart(read_linear(graft_posterior().meta["linear"]), targets)}
    assert rows["all"].n == len(targets)
    assert rows["all"].covered >= 0.85


@pytest.mark.slow
@pytest.mark.parametrize("record", REFITTED)
def test_the_linear_mode_is_that_of_a_refit(record):
    """Predictions agree: within 0.5 SD of a target for the record itself, within 1 SD for all others."""
    linear = read_linear(graft_posterior().meta["linear"])
    mode, _ = linear.without({record})
    problem = graft_problem(without=(record,))
    refit = fit(problem, options=GRAFT_OPTIONS, start=mode)
    whole = graft_problem()
    points = whole.space().to_values(np.vstack([mode, refit.optimum.z]))
    linear_at, refit_at = whole.on_scale(whole.predict(points))
    gap = np.abs(linear_at - refit_at) / np.array([t.total_sd for t in whole.targets])
    own = np.array([t.record == record for t in whole.targets])
    assert gap[own].max() < 0.5 and gap.max() < 1.0

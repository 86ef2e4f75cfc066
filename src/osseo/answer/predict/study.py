"""Predict one study: every result it reports, from the model and from the pooled mean."""

from __future__ import annotations

import hashlib
import math
import re
import time
from functools import cache
from importlib.resources import files

import numpy as np

from osseo.answer.predict.baseline import baseline, between_sd, typical_n_of
from osseo.answer.predict.express.body import BODY_ENDPOINTS, express_body
from osseo.answer.predict.express.expressed import Expressed
from osseo.answer.predict.express.graft import GRAFT_ENDPOINTS, express_graft
from osseo.answer.predict.fact import Cannot, Fact
from osseo.answer.predict.facts import derive_contrasts, derive_courses, make_fact
from osseo.answer.predict.interval import expect, expect_share, expect_time
from osseo.answer.predict.left_out.residuals import residual_sd
from osseo.answer.predict.types import Expected, Prediction, Refused, StudyPrediction
from osseo.calibrate.reading import load_targets, target_names
from osseo.errors import OsseoError
from osseo.evidence import Record, record_ids, record_role
from osseo.evidence.index import index_hash
from osseo.evidence.pooling_values import study_key
from osseo.parameters import load_parameters
from osseo.simulate.body import body_system
from osseo.simulate.site_columns import site_system
from osseo.site import adjunct_names, load_adjunct, load_material, load_site, material_names, site_names
from osseo.site.covariates import load_covariates
from osseo.site.posterior import posterior_path

__all__ = ["express", "is_fitted", "model_hash", "named_records", "predict_study", "sample_of"]

#: raised whenever the way of predicting changes, so that kept predictions are not used
_METHOD = "predict-6"
#: subjects taken where a study does not say: the median of its endpoint's pool, or this
_N_UNKNOWN = 12
#: studies that the pool's between-study SD counts for beside the residuals of the model
_POOL_WEIGHT = 4
#: added spread between studies, by scale, where a study does not say how healing was read: autograft is
#: fused in 52 to 100 % by definition (graft.md section 10)
_VAGUE = {"identity": 0.0, "logit": 0.5, "log": 0.2}
#: what odd numbers of a study may end in; the row is refused with it, all others are predicted
_NOT_COMPUTED = (ArithmeticError, LookupError, ValueError)
#: [d] twenty years; nothing later was seen in any record of a graft
_LONGEST_D = 7305.0


@cache
def model_hash(seed: int = 1) -> str:
    """Return a hash of all that decides a prediction besides the study: models, tables, evidence, seed."""
    rows = [(n, p.value, p.lower, p.upper, p.distribution) for n, p in sorted(load_parameters().items())]
    posterior = posterior_path().read_bytes() if posterior_path().exists() else b""
    parts = (_METHOD, body_system().hash, site_system().hash, str(rows), index_hash(), str(seed))
    return hashlib.sha256("|".join(parts).encode("utf-8") + posterior + _data_bytes()).hexdigest()


def _data_bytes() -> bytes:
    """Return the data files besides parameters that decide a prediction: sites, words, residuals."""
    places = (
        files("osseo.site").joinpath("sites"),
        files("osseo.site").joinpath("materials"),
        files("osseo.site").joinpath("adjuncts"),
        files("osseo.site"),
        files("osseo.evidence.vocabulary"),
        files("osseo.evidence"),
        files("osseo.answer.predict"),
        files("osseo.answer.predict.left_out"),
    )
    found = (f for place in places for f in place.iterdir() if f.name.endswith((".yaml", ".csv")))
    return b"".join(hashlib.sha256(f.read_bytes()).digest() for f in sorted(found, key=lambda f: f.name))


@cache
def _fitted() -> tuple[frozenset[tuple[str, int]], frozenset[str]]:
    """Return the results that a fit used, and the records that a parameter row names as its source."""
    targets = {(t.record, t.index) for name in target_names() for t in load_targets(name)}
    return frozenset(targets), named_records()


@cache
def named_records() -> frozenset[str]:
    """Return the records that a row of parameters, a site, a graft, an adjunct or a covariate names."""
    places = [*map(load_site, site_names()), *map(load_material, material_names())]
    places += [*map(load_adjunct, adjunct_names())]
    held = [row for site in map(load_site, site_names()) for f in site.fixations for row in f.parameters]
    rows = [*load_parameters().values(), *(row for place in places for row in place.parameters), *held]
    words = {word.strip() for row in rows for word in row.source.split(";")}
    words |= {word for c in load_covariates().values() for effect in c.effects for word in effect.source}
    return frozenset(words & set(record_ids()))


def sample_of(record: Record) -> str:
    """Return which sample a record belongs to; one with the id of a shipped record has its role."""
    if record.id not in record_ids():
        return "own"
    role = record_role(record.id)
    return role if role in ("validation", "calibration") else "other"


def is_fitted(fact: Fact) -> bool:
    """Return whether a fit used this very result, or a parameter names its record."""
    targets, named = _fitted()
    return (fact.record.id, fact.result.index) in targets or fact.record.id in named


def express(fact: Fact, seed: int = 1, left_out: str = "") -> Expressed:
    """Return what the model says to a fact.

    Parameters
    ----------
    fact, seed : what is asked, and the seed of every draw.
    left_out : a record without which the posterior of the graft is taken.

    Raises
    ------
    Cannot : nothing; with the reason.
    """
    if fact.time_d is not None and fact.time_d > _LONGEST_D:
        raise Cannot(f"day {fact.time_d:g} is beyond the {_LONGEST_D:g} days that are simulated")
    if fact.endpoint in BODY_ENDPOINTS and fact.effect == "log_ratio":
        raise Cannot("a ratio of amounts of magnesium is not read")
    if fact.endpoint in BODY_ENDPOINTS:
        said = express_body(fact, seed)
    elif fact.endpoint in GRAFT_ENDPOINTS:
        said = express_graft(fact, seed, left_out)
    else:
        raise Cannot(f"{fact.endpoint} ({fact.group}) is not in the model")
    if not np.isfinite(said.draws).any():
        raise Cannot("the simulation failed for every draw of the parameters")
    return said


def _n_of(fact: Fact, notes: list[str]) -> int:
    """Return the subjects of a result: its own, those of its smallest arm, or what is usual."""
    n = fact.n or min((arm.n for arm in fact.arms if arm.n), default=0)
    if not n:
        n = typical_n_of(fact) or _N_UNKNOWN
        notes.append(f"subjects not given, {n} taken")
    return n


def _sampling(fact: Fact, said: Expressed, notes: list[str]) -> float:
    """Return the SD of the study's mean from its subjects: reported, else the model's patients over n."""
    if fact.se is not None and fact.se > 0:
        return fact.se
    return math.sqrt(sum(sd**2 for sd in said.patient_sds) / _n_of(fact, notes))


def _between(fact: Fact, said: Expressed, patient: float, notes: list[str]) -> float:
    """Return the between-study SD on the scale of the prediction.

    tau^2 = (k tau_r^2 + 4 tau_p^2) / (k + 4)

    tau_r is the residual SD of the model over k calibration studies, tau_p what the pool says of the endpoint
    (decision 0345). A meta-analysis of m studies gets a root of m less.
    """
    study = study_key(fact.record, fact.result)
    known = residual_sd(said.domain, fact.unit, fact.endpoint, without=study)
    # studies that are pooled differ by their laboratories too, so the shared error is no second part
    between = max(between_sd(fact, patient), said.shared_sd)
    if known is not None:
        tau, k = known
        between = math.sqrt((k * tau**2 + _POOL_WEIGHT * between**2) / (k + _POOL_WEIGHT))
    between = math.hypot(between, _VAGUE[said.scale]) if said.vague else between
    if not fact.is_meta:
        return math.hypot(between, said.common_sd)
    k = studies_in(fact.record)
    notes.append(f"already a mean over {k} studies: their spread divided by the root of their number")
    return math.hypot(between / math.sqrt(k), said.common_sd)


#: studies of a meta-analysis that does not say how many it has
_STUDIES_UNKNOWN = 5
_STUDIES = re.compile(r"(\d+) (?:\w+ ){0,3}?(?:studies|trials|rcts|articles|papers|cohorts|series)\b", re.I)


def studies_in(record: Record) -> int:
    """Return how many studies a meta-analysis has, as its prose says; 5 where it does not."""
    told = _STUDIES.search(f"{record.population}; {record.design}; {record.title}")
    return max(1, int(told[1])) if told else _STUDIES_UNKNOWN


def _mechanism(fact: Fact, said: Expressed, notes: list[str]) -> Expected:
    sds = said.true_sds or said.patient_sds
    patient = math.sqrt(sum(sd**2 for sd in sds) / len(sds))
    between = _between(fact, said, patient, notes)
    if said.scale == "logit":
        n = _n_of(fact, notes)
        return expect_share(said.draws, between_sd=between, n=n, observed=fact.value, basis="model")
    sampling = _sampling(fact, said, notes)
    if said.scale == "log":
        return expect_time(
            said.draws, between_sd=between, sampling_sd=sampling, observed=fact.value, basis="model"
        )
    return expect(said.draws, between_sd=between, sampling_sd=sampling, observed=fact.value, basis="model")


def _prediction(fact: Fact, seed: int, left_out: str = "") -> tuple[Prediction | None, Refused | None, str]:
    notes = [fact.note, *(note for arm in fact.arms for note in arm.notes)]
    said, why, people = None, "", ""
    try:
        said = express(fact, seed, left_out)
        notes += said.notes
        people = said.people
    except Cannot as reason:
        why = str(reason)
        refused = _refused(fact, why, reason.stage)
    except OsseoError as error:
        why = str(error)
        refused = _refused(fact, why, "model")
    except _NOT_COMPUTED as error:
        why = f"could not be computed: {type(error).__name__} {error}"
        refused = _refused(fact, why, "model")
    else:
        refused = None
    pooled = baseline(fact)
    if said is None and (pooled is None or fact.derived):
        return None, refused, people
    mechanism = None if said is None else _mechanism(fact, said, notes)
    if said is None:
        notes.append(f"not in the model: {why}")
    return _made(fact, said, mechanism, pooled, tuple(notes)), refused, people


def _refused(fact: Fact, why: str, stage: str) -> Refused:
    return Refused(fact.record.id, fact.result.index, fact.label, fact.result.measure, why, stage)


def _made(
    fact: Fact,
    said: Expressed | None,
    mechanism: Expected | None,
    pooled: Expected | None,
    notes: tuple[str, ...],
) -> Prediction:
    return Prediction(
        record=fact.record.id,
        index=fact.result.index,
        label=fact.label,
        measure=fact.result.measure,
        endpoint=fact.endpoint,
        unit=fact.unit,
        kind=fact.kind,
        domain=said.domain if said else f"{fact.group} (pooled mean only)",
        time_d=fact.time_d,
        n=fact.n,
        sample=sample_of(fact.record),
        fitted=is_fitted(fact),
        observed=fact.value,
        se=fact.se,
        se_from=fact.se_from,
        mechanism=mechanism,
        baseline=pooled,
        notes=tuple(dict.fromkeys(note for note in notes if note)),
    )


def predict_study(record: Record, seed: int = 1, left_out: str = "") -> StudyPrediction:
    """Predict every result of a study.

    Parameters
    ----------
    record : shipped, or read from a user's file.
    seed : of every draw.
    left_out : a record without which the posterior of the graft is taken, see `loso.py`.

    Returns
    -------
    StudyPrediction : predictions and, for every other result, why not. Nothing in it is fitted.
    """
    began = time.perf_counter()
    facts, refused, made, people = [], [], [], ""
    for result in record.results:
        try:
            facts.append(make_fact(record, result))
        except Cannot as why:
            refused.append(
                Refused(record.id, result.index, result.label, result.measure, str(why), why.stage)
            )
    for fact in [*facts, *derive_contrasts(facts), *derive_courses(facts)]:
        prediction, why_not, who = _prediction(fact, seed, left_out)
        people = people or who
        if prediction is not None:
            made.append(prediction)
        if why_not is not None and not fact.derived:
            refused.append(why_not)
    return StudyPrediction(
        record=record.id,
        title=record.title,
        sample=sample_of(record),
        predictions=tuple(made),
        refused=tuple(refused),
        people=people,
        seconds=time.perf_counter() - began,
        hash="",
    )

"""Predict one study: every result it reports, from the model and from the pooled mean."""

from __future__ import annotations

import hashlib
import math
import time
from functools import cache

import numpy as np

from osseo.answer.predict.baseline import baseline, between_sd, typical_n_of
from osseo.answer.predict.express.body import BODY_ENDPOINTS, express_body
from osseo.answer.predict.express.expressed import Expressed
from osseo.answer.predict.express.graft import GRAFT_ENDPOINTS, express_graft
from osseo.answer.predict.fact import Cannot, Fact
from osseo.answer.predict.facts import derive_contrasts, derive_courses, make_fact
from osseo.answer.predict.interval import expect
from osseo.answer.predict.types import Expected, Prediction, Refused, StudyPrediction
from osseo.calibrate.reading import load_targets, target_names
from osseo.errors import OsseoError
from osseo.evidence import Record, record_ids, record_role
from osseo.evidence.index import index_hash
from osseo.parameters import load_parameters
from osseo.simulate.body import body_system
from osseo.simulate.site_columns import site_system
from osseo.site import load_material, load_site, material_names, site_names
from osseo.site.posterior import posterior_path

__all__ = ["express", "model_hash", "predict_study", "sample_of"]

#: raised whenever the way of predicting changes, so that kept predictions are not used
_METHOD = "predict-5"
#: subjects taken where a study does not say: the median of its endpoint's pool, or this
_N_UNKNOWN = 12
#: [d] twenty years; nothing later was seen in any record of a graft
_LONGEST_D = 7305.0


@cache
def model_hash(seed: int = 1) -> str:
    """Return a hash of all that decides a prediction besides the study: models, tables, evidence, seed."""
    rows = [(n, p.value, p.lower, p.upper, p.distribution) for n, p in sorted(load_parameters().items())]
    posterior = posterior_path().read_bytes() if posterior_path().exists() else b""
    parts = (_METHOD, body_system().hash, site_system().hash, str(rows), index_hash(), str(seed))
    return hashlib.sha256("|".join(parts).encode("utf-8") + posterior).hexdigest()


@cache
def _fitted() -> tuple[frozenset[tuple[str, int]], frozenset[str]]:
    """Return the results that a fit used, and the records that a parameter row names as its source."""
    targets = {(t.record, t.index) for name in target_names() for t in load_targets(name)}
    places = [*map(load_site, site_names()), *map(load_material, material_names())]
    rows = [*load_parameters().values(), *(row for place in places for row in place.parameters)]
    named = {word.strip() for row in rows for word in row.source.split(";")} & set(record_ids())
    return frozenset(targets), frozenset(named)


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


def express(fact: Fact, seed: int = 1) -> Expressed:
    """Return what the model says to a fact.

    Raises
    ------
    Cannot : nothing; with the reason.
    """
    if fact.time_d is not None and fact.time_d > _LONGEST_D:
        raise Cannot(f"day {fact.time_d:g} is beyond the {_LONGEST_D:g} days that are simulated")
    if fact.endpoint in BODY_ENDPOINTS:
        said = express_body(fact, seed)
    elif fact.endpoint in GRAFT_ENDPOINTS:
        said = express_graft(fact, seed)
    else:
        raise Cannot(f"{fact.endpoint} ({fact.group}) is not in the model")
    if not np.isfinite(said.draws).any():
        raise Cannot("the simulation failed for every draw of the parameters")
    return said


def _sampling(fact: Fact, said: Expressed, notes: list[str]) -> float:
    """Return the SD of the study's mean from its subjects: reported, else the model's patients over n."""
    if fact.se is not None and fact.se > 0:
        return fact.se
    n = fact.n
    if not n:
        n = min((arm.n for arm in fact.arms if arm.n), default=0) or typical_n_of(fact) or _N_UNKNOWN
        notes.append(f"subjects not given, {n} taken")
    return math.sqrt(sum(sd**2 for sd in said.patient_sds) / n)


def _mechanism(fact: Fact, said: Expressed, notes: list[str]) -> Expected:
    sampling = _sampling(fact, said, notes)
    sds = said.true_sds or said.patient_sds
    patient = math.sqrt(sum(sd**2 for sd in sds) / len(sds))
    between = 0.0 if fact.is_meta and fact.se else between_sd(fact, patient)
    if fact.is_meta and fact.se:
        notes.append("already a mean over studies: its own standard error, no between-study spread")
    # studies that are pooled differ by their laboratories too, so the shared error is no second part
    between = between if fact.is_meta and fact.se else max(between, said.shared_sd)
    return expect(said.draws, between_sd=between, sampling_sd=sampling, observed=fact.value, basis="model")


def _prediction(fact: Fact, seed: int) -> tuple[Prediction | None, Refused | None, str]:
    notes = [fact.note, *(note for arm in fact.arms for note in arm.notes)]
    said, why, people = None, "", ""
    try:
        said = express(fact, seed)
        notes += said.notes
        people = said.people
    except Cannot as reason:
        why = str(reason)
        refused = _refused(fact, why, reason.stage)
    except OsseoError as error:
        why = str(error)
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


def predict_study(record: Record, seed: int = 1) -> StudyPrediction:
    """Predict every result of a study.

    Parameters
    ----------
    record : shipped, or read from a user's file.
    seed : of every draw.

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
        prediction, why_not, who = _prediction(fact, seed)
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

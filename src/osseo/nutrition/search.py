"""Finding a food by the words people use: a full-text index, then an order that puts plain foods first.

The index is SQLite's FTS5, built in memory once per process from the shipped table. Whatever is typed is
reduced to words of letters and digits before it reaches the index, so no text can break a query.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from osseo.errors import InputError, NameUnknown
from osseo.files import parse_yaml
from osseo.nutrition.food import Food
from osseo.nutrition.table import all_foods, load_food

__all__ = ["FoodSearch", "find_foods", "resolve_food", "search_foods"]

_WORD = re.compile(r"[a-z0-9]+")
_BRACKETS = re.compile(r"\([^()]*\)")
#: words of a query, and letters of a word, that are looked at; more are ignored
_MAX_WORDS, _MAX_LETTERS, _MAX_TEXT = 8, 24, 500
_CANDIDATES = 400
#: least likeness [0-1] of a word to be offered instead of an unknown one
_LIKENESS = 0.7
#: near words tried for each unknown one, for so many unknown words at most; combinations tried
_NEAR_WORDS, _MOST_UNKNOWN, _MOST_TRIES = 4, 3, 16
_PREPARED = frozenset(
    "raw cook boil roast dry dri cann frozen fri bak steam toast stew braise grill broil".split()
)


@dataclass(frozen=True)
class FoodSearch:
    """What a search found.

    Parameters
    ----------
    text : as typed.
    foods : best first.
    corrected : the words searched instead, where a word of `text` is in no food; else empty.
    has_all : whether the foods have every word searched; if no food has, they have some.
    """

    text: str
    foods: tuple[Food, ...]
    corrected: str = ""
    has_all: bool = True


@dataclass(frozen=True)
class _Name:
    """A food's name, taken apart for ranking."""

    food: Food
    head: frozenset[str]
    second: frozenset[str]
    common: frozenset[str]
    words: tuple[str, ...]
    is_family: bool
    n_brand: int


@cache
def _settings() -> Mapping[str, Any]:
    return parse_yaml((Path(__file__).parent / "search_words.yaml").read_text(encoding="utf-8"))


def _plain_words(text: str) -> list[str]:
    """Return lower-case words of letters a-z and digits; accents are dropped."""
    flat = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return [word[:_MAX_LETTERS] for word in _WORD.findall(flat.lower().replace("'", ""))]


@cache
def _stem(word: str) -> str:
    """Return a word without its plural or participle ending; the same rule for names and queries."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("oes", "shes", "ches", "sses", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    if len(word) > 5 and word.endswith("ed"):
        return word[:-2]
    return word


def _stems(text: str) -> tuple[str, ...]:
    return tuple(_stem(word) for word in _plain_words(text))


@cache
def _names() -> Mapping[int, _Name]:
    families = {_stems(family) for family in _settings()["families"]}
    found = {}
    for food in all_foods().values():
        bare = _BRACKETS.sub(" ", food.name)
        parts = bare.split(",")
        head = _stems(parts[0])
        found[food.id] = _Name(
            food=food,
            head=frozenset(head),
            second=frozenset(_stems(parts[1])) if len(parts) > 1 else frozenset(),
            common=frozenset(_stems(f"{food.common} {' '.join(_BRACKETS.findall(food.name))}")),
            words=_stems(bare),
            is_family=head in families,
            n_brand=sum(len(w) > 2 and w.isupper() for w in re.findall(r"[A-Za-z]+", food.name)),
        )
    return found


@cache
def _index() -> sqlite3.Connection:
    index = sqlite3.connect(":memory:", check_same_thread=False)
    index.execute("create virtual table foods using fts5(name, common, tokenize = 'ascii', prefix = '2 3 4')")
    rows = ((n.food.id, " ".join(n.words), " ".join(sorted(n.common))) for n in _names().values())
    index.executemany("insert into foods (rowid, name, common) values (?, ?, ?)", rows)
    return index


@cache
def _vocabulary() -> tuple[str, ...]:
    """Return the words of the table, as written, that a person may have meant; most frequent first."""
    count: dict[str, int] = {}
    for food in all_foods().values():
        for word in _plain_words(f"{food.name} {food.common}"):
            if len(word) > 2 and not word.isdigit():
                count[word] = count.get(word, 0) + 1
    said = (w for phrase in _settings()["said"] for w in phrase.split())
    return tuple(dict.fromkeys([*sorted(count, key=lambda w: -count[w]), *said]))


@cache
def _known_stems() -> frozenset[str]:
    return frozenset(_stem(word) for word in _vocabulary())


def _translate(words: Sequence[str]) -> list[str]:
    """Return the words with what people say replaced by what the table says, longest phrase first."""
    said, out, i = _settings()["said"], [], 0
    while i < len(words):
        for size in (3, 2, 1):
            phrase = " ".join(words[i : i + size])
            if i + size <= len(words) and phrase in said:
                out += said[phrase].split()
                i += size
                break
        else:
            out.append(words[i])
            i += 1
    return out


@cache
def _is_known(word: str) -> bool:
    """Return whether a word, or one that begins with it, stands in the table; short words always do."""
    stem = _stem(word)
    return len(stem) < 3 or any(known.startswith(stem) for known in _known_stems())


def _correct(words: Sequence[str]) -> list[str]:
    """Return the words with each unknown one replaced by a near one of the table, or left out.

    Of the near words those are taken that stand together in one food; else the nearest of each.
    """
    unknown = [word for word in words if not _is_known(word)]
    n_near = _NEAR_WORDS if len(unknown) <= _MOST_UNKNOWN else 1
    near = [
        get_close_matches(word, _vocabulary(), n=n_near, cutoff=_LIKENESS) or [""]
        if word in unknown
        else [word]
        for word in words
    ]
    ranked = sorted(product(*(enumerate(choice) for choice in near)), key=lambda row: sum(i for i, _ in row))
    tried = [[word for _, word in row if word] for row in ranked[:_MOST_TRIES]]
    return next((row for row in tried if _order(_translate(row), " AND ")), tried[0])


def _candidates(stems: Sequence[str], joiner: str) -> list[int]:
    if not stems:
        return []
    query = joiner.join(f'"{stem}" *' if len(stem) > 2 else f'"{stem}"' for stem in stems)
    sql = "select rowid from foods where foods match ? order by bm25(foods, 1.0, 1.0) limit ?"
    return [row[0] for row in _index().execute(sql, (query, _CANDIDATES))]


def _weight(word: str) -> float:
    return _plain_stems().get(word, 0.5)


@cache
def _plain_stems() -> Mapping[str, float]:
    return {_stem(word): weight for word, weight in _settings()["plain"].items()}


def _place(stem: str, name: _Name) -> float:
    """Return how good a place a word of the query has in a name: the food's own word counts most."""
    main, other = (name.second, name.head) if name.is_family else (name.head, name.second)
    if stem in main:
        return 3.0
    if stem in other:
        return 2.5
    if stem in name.common:  # another name of the food
        return 2.4
    if stem in name.words:
        return 1.0
    return 0.4 if any(word.startswith(stem) for word in name.words) else -2.0


def _score(stems: Sequence[str], name: _Name) -> float:
    """Return how well a food fits; larger is better."""
    asked = set(stems)
    food = name.food
    score = sum(_place(stem, name) for stem in asked)
    extra = [word for word in dict.fromkeys(name.words) if word not in asked]
    score -= sum(_weight(word) for word in extra)
    main = name.second if name.is_family and name.second else name.head
    score -= 0.5 * len([word for word in main - asked if _weight(word) >= 0.5])
    score -= 1.0 * name.n_brand + _settings()["seldom"].get(food.group, 0.0) * (name.head.isdisjoint(asked))
    if not asked & _PREPARED:
        eaten = _settings()["eaten"].get(food.group, [])
        score += 0.8 * any(_stem(word) in name.words for word in eaten)
    if "with" in name.words and "salt" in name.words and "salt" not in asked:
        score -= 0.4
    return score + 0.1 * min(food.points.get("magnesium") or 0, 5) / 5


def _order(words: Sequence[str], joiner: str) -> list[int]:
    """Return the numbers of the foods that have these words of the table, best first."""
    stems = list(dict.fromkeys(_stem(word) for word in words))
    ids = _candidates(stems, joiner)
    return sorted(ids, key=lambda i: (-_score(stems, _names()[i]), i))


def _ranked(words: Sequence[str], limit: int) -> tuple[tuple[Food, ...], bool]:
    """Return the best foods, and whether they have every word.

    What the words mean comes first, then foods that have the words as typed.
    """
    meant = _settings()["alone"].get(" ".join(words))
    best = _order(meant.split(), " AND ")[:1] if meant else _order(_translate(words), " AND ")
    typed = _order(words, " AND ")
    complete = list(dict.fromkeys([*best, *typed]))
    ids = complete or _order(_translate(words), " OR ")
    return tuple(_names()[i].food for i in ids[:limit]), bool(complete)


def find_foods(text: str, limit: int = 10) -> FoodSearch:
    """Return the foods that fit the words of `text`, best first, and what was searched for a typo.

    A number of the table finds that food.

    Raises
    ------
    InputError : limit below 1.

    Examples
    --------
    >>> find_foods("spinich boiled", 1).corrected
    'spinach boiled'
    """
    if limit < 1:
        raise InputError(f"limit is {limit}; expected 1 or more")
    words = _plain_words(text[:_MAX_TEXT])[:_MAX_WORDS]
    if len(words) == 1 and words[0].isdigit() and len(words[0]) < 9 and int(words[0]) in all_foods():
        return FoodSearch(text, (load_food(words[0]),))
    unknown = [word for word in _translate(words) if not _is_known(word)]
    searched = _correct(words) if unknown else words
    foods, has_all = _ranked(searched, limit)
    return FoodSearch(text, foods, " ".join(searched) if unknown else "", has_all)


def search_foods(text: str, limit: int = 10) -> tuple[Food, ...]:
    """Return the foods that fit the words of `text`, best first; typos are corrected.

    Examples
    --------
    >>> search_foods("spinach boiled", 1)[0].name
    'Spinach, cooked, boiled, drained, without salt'
    """
    return find_foods(text, limit).foods


def resolve_food(text: str | int) -> Food:
    """Return the one food a person means: by number, by exact name, or the best fit of a search.

    No typo is corrected silently: if a word is in no food, or no food has them all, it is refused. Show the
    name of the food that was taken, because many names fit several rows.

    Raises
    ------
    NameUnknown : no such food; names the nearest ones.
    """
    typed = str(text).strip()
    if typed.isdigit():
        return load_food(typed)
    exact = _by_name().get(typed.lower())
    if exact is not None:
        return exact
    found = find_foods(typed, 3)
    if found.foods and found.has_all and not found.corrected:
        return found.foods[0]
    near = " or ".join(f"{food.name!r} ({food.id})" for food in found.foods[:2])
    hint = f"did you mean {near}?" if near else "search by a simpler name: osseo foods NAME"
    raise NameUnknown(f"food {typed[:60]!r} does not exist; {hint}")


@cache
def _by_name() -> Mapping[str, Food]:
    return {food.name.lower(): food for food in reversed(tuple(all_foods().values()))}

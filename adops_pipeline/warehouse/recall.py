"""An index of memories in DuckDB's memory: similarity of contexts as cosine, and the ranking.

A context is a sparse vector: one unit vector for each feature it states, times the feature's weight; ordered features
lie on a quarter circle (`domain.memory.features`). The store has the memories; this is a copy to search in.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import polars as pl

from adops_pipeline.domain.memory import ranking
from adops_pipeline.domain.memory.features import FEATURES, NEIGHBOURS, plain
from adops_pipeline.domain.memory.ranking import Ranked, trust_in

_NAMES = tuple(f"f{n}" for n in range(len(FEATURES)))
_COLUMNS = ("id", "agent_id", "memory_type", "platform", "tags", "score", "trust", "born", "fresh", *_NAMES, "norm")
CHANGED: dict[str, pl.DataType | type[pl.DataType]] = {
    "id": pl.String, "agent_id": pl.String, "memory_type": pl.String, "platform": pl.String,
    "created_at": pl.Datetime("us", "UTC"), "score": pl.Float64, "is_current": pl.Boolean,
    "context": pl.String, "tags": pl.String, "feedback": pl.String,
}  # fmt: skip
"""What the index takes of a memory that was added or changed. ``is_current`` is false for one that no longer counts;
the last three are JSON as the store keeps it: a hundred thousand documents are read here at once."""
_INCOMING = "incoming_memories"
_SECONDS_A_DAY = 86_400
_REFERENCE_DAY = 20_454
"""2026-01-01, in days since 1970: freshness is stored relative to it, so that a search needs no power for each row."""
_UNKNOWN, _ABSENT = -1, 0
"""Codes of a value that no memory has, and of a feature that is not stated."""


@dataclass(frozen=True, slots=True)
class Search:
    """What to search for; None and empty mean everything. All ``tags`` must be there."""

    agent_id: str | None = None
    memory_types: Sequence[str] = ()
    tags: Sequence[str] = ()
    platform: str | None = None
    features: tuple[str | None, ...] | None = None
    limit: int = ranking.DEFAULT_LIMIT


class RecallIndex:
    """The index. Threads take turns."""

    def __init__(self) -> None:
        self._con = duckdb.connect(":memory:", config={"threads": 1})
        columns = ", ".join(f"{name} INTEGER" for name in _NAMES)
        self._con.execute(
            "CREATE TABLE memories (id VARCHAR, agent_id VARCHAR, memory_type VARCHAR, platform VARCHAR,"
            f" tags VARCHAR[], score DOUBLE, trust DOUBLE, born DOUBLE, fresh DOUBLE, {columns}, norm DOUBLE)"
        )
        self._codes: list[dict[str, int]] = [
            {value: n for n, value in enumerate(feature.scale, 1)} for feature in FEATURES
        ]
        self._turn = threading.Lock()

    def update(self, changed: pl.DataFrame) -> None:
        """Add, replace or remove these memories: rows of ``CHANGED``."""
        with self._turn:
            self._con.register(_INCOMING, changed.to_arrow())
            self._con.execute("BEGIN")
            self._con.execute(f"DELETE FROM memories WHERE id IN (SELECT id FROM {_INCOMING})")  # noqa: S608
            self._con.register(_INCOMING, self._rows().to_arrow())
            self._con.execute(f"INSERT INTO memories SELECT * FROM {_INCOMING}")  # noqa: S608
            self._con.unregister(_INCOMING)
            self._con.execute("COMMIT")

    def search(self, wanted: Search, now: datetime) -> list[Ranked]:
        """The best memories, the best first; of equal ones the younger."""
        today = _days(now)
        values: dict[str, Any] = {"limit": wanted.limit}
        conditions = _conditions(wanted, values)
        faded = 0.5 ** ((today - _REFERENCE_DAY) / ranking.HALF_LIFE_DAYS)
        with self._turn:
            query = f"""
                SELECT id, trust * ({ranking.SIMILARITY_WEIGHT}e0 * coalesce(similarity, 0e0)
                    + {ranking.SCORE_WEIGHT}e0 * coalesce(abs(score), 0e0)
                    + {ranking.AGE_WEIGHT}e0 * least(fresh * {faded!r}::DOUBLE, 1e0)) AS rank,
                    similarity, score, greatest({today!r}::DOUBLE - born, 0e0)
                FROM (SELECT id, trust, score, fresh, born, {self._similarity(wanted.features)} AS similarity
                    FROM memories WHERE {conditions})
                ORDER BY rank DESC, born DESC, id LIMIT $limit"""  # noqa: S608 - names and numbers of this module
            rows = self._con.execute(query, values).fetchall()
        return [Ranked(*row) for row in rows]

    def _rows(self) -> pl.DataFrame:
        """The incoming memories that count, as they are searched."""
        values = ", ".join(
            f"json_extract_string(context, '$.{feature.name}') AS {name}"
            for name, feature in zip(_NAMES, FEATURES, strict=True)
        )
        query = f"""
            SELECT * EXCLUDE (context, tags), tags::JSON::VARCHAR[] AS tags, {values}
            FROM {_INCOMING} WHERE is_current"""  # noqa: S608 - names of this module and of the features
        found = self._con.execute(query).pl()
        trust = {text: trust_in(json.loads(text)) for text in found["feedback"].unique()}
        coded = found.with_columns(
            pl.col("feedback").replace_strict(trust, return_dtype=pl.Float64).alias("trust"),
            (pl.col("created_at").dt.epoch("us") / 1e6 / _SECONDS_A_DAY).alias("born"),
            *(
                pl.col(name).replace_strict(self._coded(n, found[name]), default=_ABSENT, return_dtype=pl.Int32)
                for n, name in enumerate(_NAMES)
            ),
        )
        squares = (
            pl.when(pl.col(name) != _ABSENT).then(feature.weight**2).otherwise(0.0)
            for name, feature in zip(_NAMES, FEATURES, strict=True)
        )
        return coded.with_columns(
            (2.0 ** ((pl.col("born") - _REFERENCE_DAY) / ranking.HALF_LIFE_DAYS)).alias("fresh"),
            pl.sum_horizontal(squares).sqrt().alias("norm"),
        ).select(_COLUMNS)

    def _coded(self, n: int, values: pl.Series) -> dict[str, int]:
        """The codes of a feature's values, as they are written. Values that only differ in case have the same."""
        known = self._codes[n]
        return {value: known.setdefault(plain(value), len(known) + 1) for value in values.drop_nulls().unique()}

    def _similarity(self, features: tuple[str | None, ...] | None) -> str:
        """The cosine as SQL; NULL if there is no context to compare with. With ``e0`` a number is no slow decimal."""
        stated = [n for n, value in enumerate(features or ()) if value is not None]
        if features is None or not stated:
            return "NULL::DOUBLE"
        terms = []
        for n in stated:
            value, square = str(features[n]), FEATURES[n].weight ** 2
            cosines = {self._codes[n].get(value, _UNKNOWN): square}
            cosines |= {self._codes[n][near]: square * NEIGHBOURS for near in _neighbours(FEATURES[n].scale, value)}
            whens = " ".join(f"WHEN {code} THEN {cosine!r}e0" for code, cosine in cosines.items())
            terms.append(f"CASE {_NAMES[n]} {whens} ELSE 0e0 END")
        norm = sum(FEATURES[n].weight ** 2 for n in stated) ** 0.5
        return f"CASE WHEN norm > 0 THEN least(({' + '.join(terms)}) / (norm * {norm!r}e0), 1e0) ELSE 0e0 END"


def _days(at: datetime) -> float:
    return at.timestamp() / _SECONDS_A_DAY


def _neighbours(scale: Sequence[str], value: str) -> list[str]:
    if value not in scale:
        return []
    place = scale.index(value)
    return [scale[n] for n in (place - 1, place + 1) if 0 <= n < len(scale)]


def _conditions(wanted: Search, values: dict[str, Any]) -> str:
    given = {
        "agent": ("agent_id = $agent", wanted.agent_id),
        "types": ("memory_type IN (SELECT unnest($types))", list(wanted.memory_types)),
        "tags": ("list_has_all(tags, $tags)", list(wanted.tags)),
        "platform": ("platform = $platform", wanted.platform),
    }
    chosen = {name: (sql, value) for name, (sql, value) in given.items() if value}
    values |= {name: value for name, (_, value) in chosen.items()}
    return " AND ".join(sql for sql, _ in chosen.values()) or "true"

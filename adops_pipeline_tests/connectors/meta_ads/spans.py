"""Spans of days to pull, and what was asked and answered."""

import json
from datetime import date
from typing import Any
from urllib.parse import parse_qs

import httpx

from adops_pipeline.domain.vocabulary import DateRange

WEEK = DateRange(date(2026, 11, 17), date(2026, 11, 23))


QUARTER = DateRange(date(2026, 7, 27), date(2026, 11, 23))


SIX_WEEKS = DateRange(date(2026, 10, 13), date(2026, 11, 23))


def parsed(rows: list[bytes]) -> list[dict[str, Any]]:
    return [json.loads(row) for row in rows]


def form_of(request: httpx.Request) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(request.content.decode()).items()}

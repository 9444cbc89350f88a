"""Which rows a workflow's parameters mean, and what to say of those they do not reach. No judgement of rows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from adops_pipeline.domain.workflows.parameters import Selection
from adops_pipeline.domain.workflows.results.result import Subject, WorkflowResult
from adops_pipeline.domain.workflows.words import in_words

Campaigns = Collection[tuple[str, str]]
"""(platform, campaign_id) pairs."""
_KEYS = {"platform": pl.String(), "campaign_id": pl.String()}
_LONGEST_LIST = 10


def conform(frame: pl.DataFrame, columns: Mapping[str, pl.DataType], optional: Collection[str] = ()) -> pl.DataFrame:
    """Exactly ``columns``, in their types; an optional one that is missing is NULL, and so are NaN and infinities.

    An empty frame may have any columns. Raises ValueError naming what is missing.
    """
    if frame.is_empty():
        return pl.DataFrame(schema=dict(columns))
    missing = [name for name in columns if name not in frame.columns and name not in optional]
    if missing:
        raise ValueError(f"the frame lacks {in_words(missing)}")
    known = [
        pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, dtype=kind).alias(name)
        for name, kind in columns.items()
    ]
    floats = [name for name, kind in columns.items() if kind == pl.Float64()]
    return frame.select(known).with_columns(
        pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in floats
    )


@dataclass(frozen=True, slots=True)
class Scope:
    """The selection of one run; ``project`` are the campaigns of the project that the parameters name.

    Raises ValueError where a project is named and its campaigns are not handed in.
    """

    parameters: Selection
    project: Campaigns | None = None

    def __post_init__(self) -> None:
        if self.parameters.project_id is not None and self.project is None:
            raise ValueError(f"the campaigns of project {self.parameters.project_id} must be handed in")

    def select(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of ``frame`` (platform, campaign_id, …) that the parameters mean, in their order."""
        chosen = self.parameters
        if chosen.platforms:
            frame = frame.filter(pl.col("platform").is_in([platform.value for platform in chosen.platforms]))
        if chosen.campaign_ids:
            frame = frame.filter(_matches(chosen.campaign_ids))
        if chosen.project_id is not None and self.project is not None:
            wanted = pl.DataFrame(sorted(set(self.project)), schema=_KEYS, orient="row")
            frame = frame.join(wanted, on=list(_KEYS), how="semi", maintain_order="left")
        return frame

    def unmatched(self, frame: pl.DataFrame) -> list[str]:
        """A sentence about requested campaigns that are in no row of ``frame``."""
        missing = [wanted for wanted in self.parameters.campaign_ids if frame.filter(_matches((wanted,))).is_empty()]
        if not missing:
            return []
        shown = [*missing[:_LONGEST_LIST], *(["others"] if len(missing) > _LONGEST_LIST else [])]
        return [f"No data for campaign{'s' if len(missing) > 1 else ''} {in_words(shown)}."]

    def described(self) -> str:
        """``google-ads, project p1, campaign 7``: the selection in words; empty where it means everything."""
        chosen = self.parameters
        parts = [platform.value for platform in chosen.platforms]
        if chosen.project_id is not None:
            parts.append(f"project {chosen.project_id}")
        shown = chosen.campaign_ids[:_LONGEST_LIST]
        if shown:
            more = ", …" if len(chosen.campaign_ids) > _LONGEST_LIST else ""
            parts.append(f"campaign{'s' if len(shown) > 1 else ''} {', '.join(shown)}{more}")
        return ", ".join(parts)

    def nothing(self, workflow_id: str, thing: str, *, is_empty: bool, within: str = "") -> WorkflowResult:
        """The result of a run without input: there is none at all, or none that was requested."""
        if is_empty:
            why = f"there is no {thing} yet; a sync brings it"
        else:
            of = f" for {self.described()}" if self.described() else ""
            why = f"there is no {thing}{of}{within}"
        return WorkflowResult(workflow_id, f"Nothing to check: {why}.")


def _matches(campaign_ids: Collection[str]) -> pl.Expr:
    """Whether a row is one of ``campaign_ids``, written as the platform's own id or as platform:id."""
    names = list(campaign_ids)
    return pl.col("campaign_id").is_in(names) | pl.concat_str("platform", pl.lit(":"), "campaign_id").is_in(names)


def last_day(frame: pl.DataFrame, column: str, as_of: date | None) -> date | None:
    """``as_of``, or the newest day of ``column`` if none is requested; None without rows."""
    newest = frame[column].max()
    return as_of or (newest if isinstance(newest, date) else None)


def within(column: str, end: date, days: int) -> pl.Expr:
    """Whether the date is one of the ``days`` days up to ``end``, that one included."""
    return pl.col(column).is_between(end - timedelta(days=days - 1), end)


def subject_of(row: Mapping[str, object]) -> Subject:
    """The campaign that a row is about."""

    def text(name: str) -> str | None:
        value = row.get(name)
        return value if isinstance(value, str) and value else None

    return Subject(text("platform"), text("account_id"), text("campaign_id"), text("campaign_name"))


def chosen(**words: Collection[str]) -> list[pl.Expr]:
    """Conditions on columns by name: each value is one of the words, or anything where there are none."""
    return [pl.col(column).is_in(list(allowed)) for column, allowed in words.items() if allowed]

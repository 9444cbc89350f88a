"""sync-platforms: what was pulled, what failed, which rows were rejected. The run's rows of the pull ledger in."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from adops_pipeline.domain.data_quality import judge_failure, severity_of_rejects
from adops_pipeline.domain.failures import AccountFailure
from adops_pipeline.domain.figures import plural
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.metrics import ANALYTICS_REJECTS
from adops_pipeline.domain.tables.pulls import RAW_PULLS
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.domain.workflows.parameters import SyncParameters
from adops_pipeline.domain.workflows.results.result import Check, Finding, ResultTable, Subject, WorkflowResult, rank
from adops_pipeline.domain.workflows.results.scope import conform

WORKFLOW = "sync-platforms"
_PULLS = RAW_PULLS.polars_schema("platform", "report", "account_id", "state", "error", "range_end", "rows")
_REJECTS = ANALYTICS_REJECTS.polars_schema("platform", "account_id", "report", "reason")


def review_sync(
    pulls: pl.DataFrame, rejects: pl.DataFrame, failures: Sequence[AccountFailure], parameters: SyncParameters
) -> WorkflowResult:
    """Sum up one sync. ``pulls`` and ``rejects`` are this run's rows of raw_pulls and analytics_rejects."""
    wanted = [platform.value for platform in parameters.platforms or tuple(Platform)]
    is_wanted = pl.col("platform").is_in(wanted)
    landed = conform(pulls, _PULLS, ("error",)).filter(is_wanted)
    aside = conform(rejects, _REJECTS).filter(is_wanted)
    lost = [failure for failure in dict.fromkeys(failures) if failure.platform in wanted]
    if landed.is_empty() and not lost:
        return WorkflowResult(WORKFLOW, "Nothing was pulled: no account has days that may still change.")
    damaged = landed.filter(pl.col("state") == "damaged")
    newest = landed["range_end"].max()
    through = newest if isinstance(newest, date) else None
    accounts = landed.unique(["platform", "account_id"]).height
    rows = int(landed["rows"].sum())
    found = rank([*map(_failure, lost), *_damaged(damaged), *_rejected(aside, landed)])
    done = [f"{plural(rows, 'row')} landed in {plural(landed.height, 'file')}."] if landed.height else []
    return WorkflowResult(
        WORKFLOW,
        _summary(rows, accounts, landed["platform"].n_unique(), len(lost), aside.height),
        (Check("accounts", accounts, through), Check("pulls", landed.height)),
        tuple(found),
        tuple(done),
        (),
        (_by_platform(landed),),
    )


def _failure(failure: AccountFailure) -> tuple[float, Finding]:
    verdict, is_all = judge_failure(failure), failure.is_whole_platform
    assert verdict.severity is not None  # a failure always has one
    subject = Subject(failure.platform.value, None if is_all else failure.account_id)
    return 2.0 if is_all else 1.0, Finding(verdict.severity, subject, verdict.sentence, kind=verdict.kind)


def _damaged(damaged: pl.DataFrame) -> list[tuple[float, Finding]]:
    return [
        (
            1.0,
            Finding(
                Severity.WARNING,
                Subject(row["platform"], row["account_id"]),
                _damage(row["report"], row["error"]),
                kind="file-damaged",
            ),
        )
        for row in damaged.iter_rows(named=True)
    ]


def _damage(report: str, error: str | None) -> str:
    why = f": {error.rstrip('.')}" if error else ""
    return f"A file of {report} is damaged{why}; what the day had before stays."


def _rejected(aside: pl.DataFrame, landed: pl.DataFrame) -> list[tuple[float, Finding]]:
    """A finding per account and reason, each as severe as all rejected rows of the account together."""
    key = ["platform", "account_id"]
    usable = landed.filter(pl.col("state") != "damaged").group_by(key).agg(pl.col("rows").sum().alias("received"))
    counts = aside.group_by(*key, "reason").len().with_columns(pl.col("len").sum().over(key).alias("rejected"))
    rows = counts.join(usable, on=key, how="left").sort(*key, "reason")
    return [
        (
            0.0,
            Finding(
                severity_of_rejects(rejected, received or 0),
                Subject(platform, account),
                f"{plural(count, 'row')} rejected: {reason.rstrip('.')}.",
                {"rows": count},
                "rows-rejected",
            ),
        )
        for platform, account, reason, count, rejected, received in rows.iter_rows()
    ]


def _summary(rows: int, accounts: int, platforms: int, failed: int, aside: int) -> str:
    text = f"Pulled {plural(rows, 'row')} of {plural(accounts, 'account')} on {plural(platforms, 'platform')}"
    parts = []
    if failed:
        parts.append(f"{plural(failed, 'account')} failed")
    if aside:
        parts.append(f"{plural(aside, 'row')} rejected")
    return f"{text}; {' and '.join(parts)}." if parts else f"{text}; nothing failed."


def _by_platform(landed: pl.DataFrame) -> ResultTable:
    counts = landed.group_by("platform").agg(
        pl.col("account_id").n_unique(), pl.len().alias("pulls"), pl.col("rows").sum()
    )
    return ResultTable(
        "Pulled by platform", ("platform", "accounts", "pulls", "rows"), tuple(counts.sort("platform").iter_rows())
    )

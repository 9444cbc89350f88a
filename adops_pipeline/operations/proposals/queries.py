"""Queries of proposals."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from adops_pipeline.domain.proposals.status import IN_EFFECT, WAITING, Status
from adops_pipeline.operations.documents import as_stored
from adops_pipeline.operations.proposals.model import Proposal
from adops_pipeline.operations.rows import row_of
from adops_pipeline.operations.schema import proposals as table

_COLUMNS = [table.c[name] for name in Proposal.__dataclass_fields__]


def get(con: Connection, proposal_id: str) -> Proposal:
    """The proposal. Raises NotFoundError if there is none."""
    return _proposal(row_of(con, table, proposal_id, "proposal", _COLUMNS))


def newest(
    con: Connection,
    limit: int = 100,
    *,
    statuses: Collection[str] = (),
    platforms: Collection[str] = (),
    account_ids: Collection[str] = (),
    campaign_ids: Collection[str] = (),
    agent_ids: Collection[str] = (),
    since: datetime | None = None,
) -> list[Proposal]:
    """Proposals, newest first; only those that meet every condition given."""
    query = select(*_COLUMNS).order_by(table.c.proposed_at.desc(), table.c.id.desc()).limit(limit)
    for column, wanted in (
        (table.c.status, statuses),
        (table.c.platform, platforms),
        (table.c.account_id, account_ids),
        (table.c.campaign_id, campaign_ids),
        (table.c.agent_id, agent_ids),
    ):
        if wanted:
            query = query.where(column.in_(wanted))
    if since is not None:
        query = query.where(table.c.proposed_at >= since)
    return _all(con, query)


def with_status(con: Connection, *statuses: Status) -> list[Proposal]:
    """Proposals with one of the statuses, oldest first."""
    return _all(con, select(*_COLUMNS).where(table.c.status.in_(statuses)).order_by(*_OLDEST_FIRST))


def due(con: Connection, now: datetime) -> list[Proposal]:
    """Waiting proposals whose time is over."""
    return _all(con, select(*_COLUMNS).where(table.c.status.in_(WAITING), table.c.expires_at <= now))


def find_twin(con: Connection, tool: str, arguments: Mapping[str, Any]) -> Proposal | None:
    """A proposal of the same call that waits or is being applied."""
    query = select(*_COLUMNS).where(table.c.status.in_((*WAITING, "applying")), table.c.tool == tool)
    given = as_stored(arguments)
    return next((one for one in _all(con, query.order_by(*_OLDEST_FIRST)) if one.arguments == given), None)


def of_account_today(
    con: Connection, platform: str, account_id: str, midnight: datetime, *, with_undecided: bool
) -> list[Proposal]:
    """Changes of an account that count for the day from ``midnight`` on, oldest first.

    Those that wait, on whatever day they were proposed, and those that were applied on the day; without
    ``with_undecided`` only those that were approved.
    """
    waiting: tuple[Status, ...] = WAITING if with_undecided else ("approved",)
    applied_today = or_(table.c.applied_at >= midnight, and_(table.c.applied_at.is_(None), table.c.sent_at >= midnight))
    counts = or_(table.c.status.in_(waiting), and_(table.c.status.in_(IN_EFFECT), applied_today))
    is_same = and_(table.c.platform == platform, table.c.account_id == account_id)
    return _all(con, select(*_COLUMNS).where(is_same, counts).order_by(*_OLDEST_FIRST))


def rivals(con: Connection, proposal: Proposal) -> list[Proposal]:
    """Other proposals of the same campaign or object that are open, or were applied since this one was made."""
    if proposal.entity is None:
        return []
    is_same = and_(table.c.platform == proposal.platform, table.c.account_id == proposal.account_id)
    open_statuses: Sequence[Status] = (*WAITING, "applying", "uncertain", "undoing")
    was_applied = and_(table.c.status == "applied", table.c.applied_at > proposal.proposed_at)
    query = select(*_COLUMNS).where(is_same, table.c.id != proposal.id)
    found = _all(con, query.where(or_(table.c.status.in_(open_statuses), was_applied)).order_by(*_OLDEST_FIRST))
    return [one for one in found if one.entity == proposal.entity and one.id != proposal.reversal_of]


def created_objects(con: Connection, platform: str) -> set[str]:
    """Objects that proposals have created on a platform, by the platform's id."""
    is_known = (table.c.platform == platform, table.c.before.is_(None), table.c.object_id.is_not(None))
    return set(con.execute(select(table.c.object_id).where(*is_known)).scalars())


def open_reversal(con: Connection, proposal_id: str) -> Proposal | None:
    """The proposal under way that undoes this one."""
    is_open = table.c.status.in_((*WAITING, "applying", "uncertain"))
    found = _all(con, select(*_COLUMNS).where(table.c.reversal_of == proposal_id, is_open))
    return found[0] if found else None


_OLDEST_FIRST = (table.c.proposed_at, table.c.id)


def _all(con: Connection, query: Any) -> list[Proposal]:  # noqa: ANN401 - a SELECT of every column
    return [_proposal(row) for row in con.execute(query).mappings()]


def _proposal(row: Mapping[Any, Any]) -> Proposal:
    return Proposal(**row)

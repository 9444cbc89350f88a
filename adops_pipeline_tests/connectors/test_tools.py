"""Tools raise a platform's errors and refusals only, whatever stands in an answer."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from adops_pipeline.connectors.errors import ConnectorError, ContractError, FailureContext, ThrottledError
from adops_pipeline.connectors.tools import (
    ReadTool,
    RefusedInputError,
    Reversal,
    ToolInput,
    ToolPage,
    UncertainWriteError,
    WriteTool,
)
from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.vocabulary import Platform

GIVEN = ToolInput()


class Reading(ReadTool[Any, ToolInput]):
    """Works on what its client answers as if it were an amount in a list."""

    name = "pinterest_read"
    platform = Platform.PINTEREST

    async def read(self, client: Any, given: ToolInput) -> ToolPage:
        if isinstance(client, Exception):
            raise client
        return ToolPage([{"amount": str(Decimal(client["rows"][0]) + 1)}])


class Writing(WriteTool[Any, ToolInput]):
    """Every method fails in the same way."""

    name = "pinterest_write"
    platform = Platform.PINTEREST

    async def before(self, client: Any, given: ToolInput) -> AdObject | None:
        raise KeyError("id")

    async def intended(self, client: Any, given: ToolInput, before: AdObject | None) -> AdObject:
        raise KeyError("id")

    async def validate(self, client: Any, given: ToolInput) -> None:
        raise KeyError("id")

    async def apply(self, client: Any, given: ToolInput) -> str:
        raise KeyError("id")

    async def read_back(self, client: Any, account_id: str, object_id: str) -> AdObject | None:
        raise KeyError("id")

    async def find(self, client: Any, given: ToolInput, since: datetime) -> Sequence[AdObject]:
        raise KeyError("id")

    def reverse(self, given: ToolInput, before: AdObject | None, after: AdObject) -> Reversal | str:
        raise KeyError("id")


@pytest.mark.parametrize(
    "answer", [{}, {"rows": []}, {"rows": None}, {"rows": ["x"]}, {"rows": [{}]}, None, [], RecursionError()]
)
async def test_an_answer_of_another_form_is_a_contract_error_of_the_tool(answer: object) -> None:
    with pytest.raises(ContractError, match="pinterest: pinterest_read: the platform's answer has a form") as caught:
        await Reading().read(answer, GIVEN)
    assert caught.value.__cause__ is not None


async def test_good_answers_platforms_errors_and_refusals_pass() -> None:
    assert (await Reading().read({"rows": ["1.5"]}, GIVEN)).rows == [{"amount": "2.5"}]
    for error in (ThrottledError(FailureContext(Platform.PINTEREST, "GET /x")), RefusedInputError("no such field")):
        with pytest.raises(type(error)) as caught:
            await Reading().read(error, GIVEN)
        assert caught.value is error


async def test_after_a_change_was_sent_an_unreadable_answer_leaves_it_uncertain() -> None:
    tool = Writing()
    with pytest.raises(UncertainWriteError):
        await tool.apply(None, GIVEN)
    for call in (
        tool.before(None, GIVEN),
        tool.intended(None, GIVEN, None),
        tool.validate(None, GIVEN),
        tool.read_back(None, "1", "2"),
        tool.find(None, GIVEN, datetime(2026, 11, 1, tzinfo=UTC)),
    ):
        with pytest.raises(ConnectorError) as caught:
            await call
        assert type(caught.value) is ContractError

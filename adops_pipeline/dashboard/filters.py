"""The filters of the pages, kept in the address: period, comparison, platforms, project and currency."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, field_validator

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.documents.periods import PeriodAgainst

Preset = Literal["7d", "14d", "30d", "90d", "month", "last-month", "custom"]
PRESETS: Mapping[Preset, str] = {
    "7d": "Last 7 days",
    "14d": "Last 14 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "month": "This month",
    "last-month": "Last month",
    "custom": "From … to …",
}
Against = Literal["before", "year"]
COMPARISONS: Mapping[Against, str] = {"before": "Days before", "year": "Year before"}
_YEAR = timedelta(weeks=52)
"""Whole weeks: each day is compared with the same day of the week."""
_Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
_FORGOTTEN = ("cursor", "number")
"""Parameters that belong to one page of one list: a link with other filters must not keep them."""


class FilterQuery(BaseModel):
    """Parameters of a page. A page with parameters of its own derives from it. Empty fields of a form do not count."""

    model_config = ConfigDict(populate_by_name=True, extra="ignore")

    preset: Preset | None = Field(None, alias="period")
    first: _Day | None = Field(None, alias="from")
    last: _Day | None = Field(None, alias="to")
    compare: Against | None = None
    platform: list[Platform] = Field([], max_length=10)
    project_id: str | None = Field(None, alias="projectId", max_length=200)
    currency: str | None = Field(None, max_length=3)

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_absent(cls, value: Any) -> Any:  # noqa: ANN401 - whatever was sent
        if isinstance(value, list):
            return [one for one in value if one != ""]
        return None if value == "" else value

    @property
    def chosen(self) -> Preset:
        """The period that is shown as chosen."""
        if self.preset is not None and self.preset != "custom":
            return self.preset
        return "30d" if self.first is None and self.last is None else "custom"

    def span(self, newest: date | None) -> tuple[date | None, date | None]:
        """First and last day. ``newest`` is the last complete day; None before there is one."""
        if self.chosen == "custom" or newest is None:
            return self.first, self.last
        if self.chosen == "month":
            return newest.replace(day=1), newest
        if self.chosen == "last-month":
            last = newest.replace(day=1) - timedelta(days=1)
            return last.replace(day=1), last
        return newest - timedelta(days=int(self.chosen.removesuffix("d")) - 1), newest

    def period(self, newest: date | None) -> PeriodAgainst:
        """What the API is asked for."""
        first, last = self.span(newest)
        compare_first, compare_last = self._against(first, last)
        return PeriodAgainst(
            first=first, last=last, compare_first=compare_first, compare_last=compare_last, platform=self.platform,
            project_id=self.project_id, currency=[] if self.currency is None else [self.currency],
        )  # fmt: skip

    def _against(self, first: date | None, last: date | None) -> tuple[date | None, date | None]:
        """First and last day to compare with; None where they are those before, or not known yet."""
        if self.compare != "year" or first is None or last is None:
            return None, None
        return first - _YEAR, last - _YEAR

    @property
    def parameters(self) -> dict[str, Any]:
        """What the address says, without defaults."""
        given = self.model_dump(by_alias=True, exclude_defaults=True, mode="json")
        for name in () if self.chosen == "custom" else ("from", "to"):
            given.pop(name, None)
        return {name: value for name, value in given.items() if value not in (None, [], "")}

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the period is filtered."""
        return bool(self.platform or self.project_id or self.currency)

    @property
    def shared(self) -> dict[str, Any]:
        """The parameters that every page has."""
        return {name: value for name, value in self.parameters.items() if name in _SHARED}

    def hidden(self, *changed: str) -> list[tuple[str, str]]:
        """Parameters that a form sends along with its own fields, which are the ``changed`` ones."""
        kept = {name: value for name, value in self.parameters.items() if name not in (*changed, *_FORGOTTEN)}
        return [
            (name, str(one)) for name, value in kept.items() for one in (value if isinstance(value, list) else [value])
        ]

    def address(self, path: str, **changes: Any) -> str:  # noqa: ANN401 - any value of a parameter
        """``path`` with these filters; parameters of its own too where the page has some. None removes a parameter."""
        return _address(path, self.parameters, changes)

    def elsewhere(self, path: str, **changes: Any) -> str:  # noqa: ANN401 - as above
        """Another page with the filters that all pages share."""
        return _address(path, self.shared, changes)


_SHARED = {field.alias or name for name, field in FilterQuery.model_fields.items()}
assert set(PRESETS) == set(get_args(Preset))
assert set(COMPARISONS) == set(get_args(Against))


def _address(path: str, parameters: Mapping[str, Any], changes: Mapping[str, Any]) -> str:
    kept = {name: value for name, value in parameters.items() if name not in _FORGOTTEN}
    merged = {name: value for name, value in (kept | dict(changes)).items() if value not in (None, "", [])}
    return f"{path}?{urlencode(merged, doseq=True)}" if merged else path


class Choice(BaseModel):
    """An option of a filter."""

    value: str
    label: str


class FilterBar(BaseModel):
    """What the form of the filters offers."""

    query: FilterQuery
    projects: Sequence[Choice]
    currencies: Sequence[str]
    span: tuple[date | None, date | None]
    has_period: bool = True
    has_others: bool = True
    """Whether the page shows a period that can be chosen."""

    @property
    def kept(self) -> Sequence[tuple[str, str]]:
        """Parameters of the page's own, which the form sends along."""
        own = self.query.parameters.keys() - self.query.shared.keys() - set(_FORGOTTEN)
        return [(name, str(self.query.parameters[name])) for name in sorted(own)]

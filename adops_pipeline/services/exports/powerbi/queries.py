"""The M of the model: parameters of the source, the function that reads a table of it, the tables' queries."""

from collections.abc import Sequence
from datetime import date

from adops_pipeline.domain.money import NO_MINOR_UNIT
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.exports.powerbi.model import SharedExpression

PARQUET, ODATA = "Parquet", "OData"
_TYPES = {
    "VARCHAR": "type text",
    "DATE": "type date",
    "TIMESTAMP": "type datetime",
    "BOOLEAN": "type logical",
    "INTEGER": "Int64.Type",
    "BIGINT": "Int64.Type",
}
# Both sources are opened with a parameter alone: Power BI's service does not refresh addresses that a query composes.
_READ_TABLE = """(table_name as text) as table =>
    if DataSource = "OData" then
        OData.Feed(ODataUrl, null, [Implementation = "2.0", ODataVersion = 4])
            {[Name = table_name, Signature = "table"]}[Data]
    else
        Parquet.Document(Folder.Contents(ParquetFolder){[Name = table_name & ".parquet"]}[Content])"""
_AS_UTC = "each if _ is datetimezone then DateTimeZone.RemoveZone(DateTimeZone.SwitchZone(_, 0)) else _"


def shared_expressions(parquet_folder: str, odata_url: str) -> tuple[SharedExpression, ...]:
    """The parameters and the function that every query uses."""
    return (
        SharedExpression(
            "DataSource",
            f"{_text(PARQUET)} meta [IsParameterQuery = true, List = {{{_text(PARQUET)}, {_text(ODATA)}}},"
            f' DefaultValue = {_text(PARQUET)}, Type = "Text", IsParameterQueryRequired = true]',
            "Where tables are read from: Parquet (files of `adops export --all`) or OData (a running `adops serve`).",
            "Text",
        ),
        _text_parameter("ParquetFolder", parquet_folder, "Folder of the Parquet files, if DataSource is Parquet."),
        _text_parameter("ODataUrl", odata_url, "Address of the OData feed, if DataSource is OData."),
        SharedExpression("ReadTable", _READ_TABLE, "A published table of either source.", "Function"),
    )


def table_query(table: str, columns: Sequence[tuple[str, str]], keys: Sequence[tuple[str, str]]) -> str:
    """Reads columns (name and DuckDB type) of a published table, and adds keys (name and M of a row)."""
    names = ", ".join(_text(name) for name, _ in columns)
    moments = [name for name, kind in columns if kind == "TIMESTAMP"]
    types = ", ".join(f"{{{_text(name)}, {_TYPES.get(kind, 'type number')}}}" for name, kind in columns)
    steps = [("Source", f"ReadTable({_text(table)})"), ("Chosen", f"Table.SelectColumns(Source, {{{names}}})")]
    if moments:
        in_utc = ", ".join(f"{{{_text(name)}, {_AS_UTC}}}" for name in moments)
        steps.append(("InUtc", f"Table.TransformColumns(Chosen, {{{in_utc}}})"))
    steps.append(("Typed", f"Table.TransformColumnTypes({steps[-1][0]}, {{{types}}})"))
    for number, (name, row) in enumerate(keys, start=1):
        step = f"Keyed{number}"
        steps.append((step, f"Table.AddColumn({steps[-1][0]}, {_text(name)}, each {row}, type text)"))
    return _let(steps)


def platforms_query() -> str:
    """The platforms with their display names, in the order of the vocabulary."""
    rows = ", ".join(
        f"{{{_text(one)}, {_text(platform_name(one))}, {place}}}" for place, one in enumerate(Platform, start=1)
    )
    kind = "type table [platform = text, name = text, place = Int64.Type]"
    return _let([("Platforms", f"#table({kind}, {{{rows}}})")])


def currencies_query() -> str:
    """The currencies of the ad accounts, and how many digits their amounts have after the point."""
    whole = ", ".join(_text(currency) for currency in sorted(NO_MINOR_UNIT))
    digits = f"each if List.Contains({{{whole}}}, [currency]) then 0 else 2"
    return _let(
        [
            ("Source", 'ReadTable("ad_accounts")'),
            ("Currencies", 'Table.Distinct(Table.SelectColumns(Source, {"currency"}))'),
            ("Typed", 'Table.TransformColumnTypes(Currencies, {{"currency", type text}})'),
            ("Digits", f'Table.AddColumn(Typed, "digits", {digits}, Int64.Type)'),
        ]
    )


def dates_query(first: date) -> str:
    """Every day from ``first`` to the end of next year, which holds the end of every forecast and budget period."""
    steps = [
        ("First", f"#date({first.year}, {first.month}, {first.day})"),
        ("Last", "Date.EndOfYear(Date.AddYears(Date.From(DateTime.LocalNow()), 1))"),
        ("Days", "List.Dates(First, Duration.Days(Last - First) + 1, #duration(1, 0, 0, 0))"),
        ("Dates", "Table.FromColumns({Days}, type table [date = date])"),
    ]
    added = (
        ("year", "Date.Year([date])", "Int64.Type"),
        ("quarter", '"Q" & Text.From(Date.QuarterOfYear([date]))', "type text"),
        ("month", 'Date.ToText([date], "yyyy-MM")', "type text"),
        ("month_number", "Date.Month([date])", "Int64.Type"),
        ("month_name", 'Date.MonthName([date], "en-US")', "type text"),
        ("week_start", "Date.StartOfWeek([date], Day.Monday)", "type date"),
        ("weekday_number", "Date.DayOfWeek([date], Day.Monday) + 1", "Int64.Type"),
        ("weekday", 'Date.DayOfWeekName([date], "en-US")', "type text"),
    )
    for name, row, kind in added:
        step = "With" + name.title().replace("_", "")
        steps.append((step, f"Table.AddColumn({steps[-1][0]}, {_text(name)}, each {row}, {kind})"))
    return _let(steps)


def no_rows_query() -> str:
    """A table without rows, for measures alone."""
    return _let([("Empty", "#table(type table [empty = text], {})")])


def platform_name(platform: str) -> str:
    """``google-ads`` as "Google Ads"."""
    return platform.replace("-", " ").title()


def _text_parameter(name: str, value: str, description: str) -> SharedExpression:
    meta = 'meta [IsParameterQuery = true, Type = "Text", IsParameterQueryRequired = true]'
    return SharedExpression(name, f"{_text(value)} {meta}", description, "Text")


def _let(steps: Sequence[tuple[str, str]]) -> str:
    body = ",\n".join(f"    {name} = {value}" for name, value in steps)
    return f"let\n{body}\nin\n    {steps[-1][0]}"


def _text(value: str) -> str:
    """A text in M."""
    return '"' + value.replace('"', '""').replace("#(", "#(#)(") + '"'

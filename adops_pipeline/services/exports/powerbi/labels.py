"""Names and formats of the model, from the registry's columns."""

from adops_pipeline.domain.money import NO_MINOR_UNIT
from adops_pipeline.domain.tables.column import Column
from adops_pipeline.services.exports.powerbi.model import DataType, ModelColumn

_ACRONYMS = {"id": "ID", "ctr": "CTR", "cpc": "CPC", "cpa": "CPA", "roas": "ROAS", "ci": "CI", "p": "p", "z": "z"}
_TYPES: dict[str, DataType] = {
    "VARCHAR": "string",
    "DATE": "dateTime",
    "TIMESTAMP": "dateTime",
    "BOOLEAN": "boolean",
    "INTEGER": "int64",
    "BIGINT": "int64",
    "DOUBLE": "double",
    # Power BI's fixed decimal has four digits after the point and the registry's amounts have six.
    "DECIMAL(18,6)": "double",
    "DECIMAL(18,10)": "double",
}
WHOLE, NUMBER, RATIO, PERCENT = "#,0", "#,0.00", "0.00", "0.0%;-0.0%;0.0%"
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:nn"


def label(name: str) -> str:
    """``campaign_name`` as "Campaign name", ``roas_to_date`` as "ROAS to date"."""
    first, *more = name.split("_")
    return " ".join((_ACRONYMS.get(first, first.capitalize()), *(_ACRONYMS.get(word, word) for word in more)))


def is_flat(column: Column) -> bool:
    """Whether the model has the column: nested values are not for reports."""
    return column.type in _TYPES


def model_column(column: Column, *, is_hidden: bool) -> ModelColumn:
    """A registered column in the model."""
    return ModelColumn(
        name=label(column.name),
        type=_TYPES[column.type],
        description=column.comment,
        source=column.name,
        format=_format(column),
        is_hidden=is_hidden,
        is_date=column.type == "DATE",
    )


def money_format(currency: str) -> str:
    """``#,0.00 USD``; without decimals where the currency has no minor unit."""
    digits = WHOLE if currency in NO_MINOR_UNIT else NUMBER
    return digits + r"\ " + "".join(rf"\{letter}" for letter in currency)


def _format(column: Column) -> str:
    match column.type:
        case "DATE":
            return DAY
        case "TIMESTAMP":
            return MOMENT
        case "INTEGER" | "BIGINT":
            return WHOLE
        case "DOUBLE" if column.unit in ("probability", "share of the final value"):
            return PERCENT
        case "DOUBLE" | "DECIMAL(18,6)" | "DECIMAL(18,10)":
            return NUMBER
    return ""

"""The semantic model: a star schema from the registry, whose measures and queries name only what exists."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from adops_pipeline.api.odata.metadata import metadata
from adops_pipeline.domain.tables import TABLES, VIEWS, table_or_view
from adops_pipeline.services.exports.powerbi.measures import References, build_measures
from adops_pipeline.services.exports.powerbi.model import Model, ModelTable
from adops_pipeline.services.exports.powerbi.project import ProjectOptions, build_model, project_files
from adops_pipeline.services.exports.powerbi.queries import platform_name
from adops_pipeline.services.exports.powerbi.star_schema import FACTS, Fact, build_tables
from adops_pipeline.services.exports.powerbi.tmdl import Node, render

OPTIONS = ProjectOptions("USD", date(2024, 1, 1), "/data/exports/parquet", "http://127.0.0.1:8000/odata")
MODEL = build_model(OPTIONS)
_TEXT = re.compile(r'"(?:[^"]|"")*"')
_KEYS_OF_SOURCES = {"Campaign": ("id",), "Account": ("platform", "account_id"), "Project": ("id",)}


def expressions(model: Model) -> Iterator[tuple[str, str]]:
    """Name and text of everything in DAX, without its texts."""
    for name, measure in model.measures.items():
        yield name, _TEXT.sub('""', measure.expression)
        yield name, _TEXT.sub('""', measure.format_expression)
    for table in model.tables:
        for column in table.columns:
            yield f"{table.name}.{column.name}", _TEXT.sub('""', column.expression)


def test_dax_names_only_tables_columns_and_measures_that_exist() -> None:
    columns = {(table.name, column.name) for table in MODEL.tables for column in table.columns}
    seen = 0
    for name, text in expressions(MODEL):
        assert set(re.findall(r"'([^']+)'\[([^\]]+)\]", text)) <= columns, name
        assert set(re.findall(r"'([^']+)'", text)) <= {table.name for table in MODEL.tables}, name
        bare = re.sub(r"'[^']+'\[[^\]]+\]", "", text)
        assert set(re.findall(r"\[([^\]]+)\]", bare)) <= MODEL.measures.keys(), name
        assert bare.count("(") == bare.count(")"), name
        seen += bool(text)
    assert seen > len(MODEL.measures)


def test_words_that_dax_asks_for_are_those_that_columns_may_have() -> None:
    columns = [column for one in (*TABLES.values(), *VIEWS.values()) for column in one.columns]
    allowed = {word for column in columns for word in column.allowed}
    asked = {name: set(re.findall(r'"([^"]+)"', one.expression)) for name, one in MODEL.measures.items()}
    assert {name: words - allowed for name, words in asked.items() if words - allowed} == {}
    assert "no-delivery" in asked["Budgets judged"]


def test_a_measure_of_a_column_that_is_not_there_is_not_built() -> None:
    tables = build_tables(OPTIONS.first_day)
    refer = References({table.name: table for table in tables})
    assert refer("Metrics", "spend_reporting") == "'Metrics'[Spend reporting]"
    with pytest.raises(KeyError, match="Metrics reads no column spent"):
        refer("Metrics", "spent")
    without = tuple(replace(table, columns=tuple(c for c in table.columns if c.source != "clicks")) for table in tables)
    with pytest.raises(KeyError, match="clicks"):
        build_measures(without, "USD")


def test_ratios_are_quotients_of_sums() -> None:
    assert MODEL.measures["ROAS"].expression == "DIVIDE([Revenue], [Spend])"
    assert MODEL.measures["CTR"].expression == "DIVIDE([Clicks], [Impressions])"
    assert MODEL.measures["Spend"].expression == "SUM('Metrics'[Spend reporting])"
    assert MODEL.measures["Pacing ratio"].expression == "DIVIDE([Spent to date], [Target to date])"


def test_measures_say_what_they_mean_and_where_they_are_shown() -> None:
    for measure in MODEL.measures.values():
        assert measure.description.endswith("."), measure
        assert measure.folder, measure
        assert bool(measure.format) != bool(measure.format_expression), measure
    amounts = {name for name, measure in MODEL.measures.items() if measure.format_expression}
    assert {"Budget", "Spend (account currency)", "Forecast spend", "Money at stake"} <= amounts
    for name in amounts:
        assert "HASONEVALUE(" in MODEL.measures[name].expression, name


def test_amounts_show_the_reporting_currency_and_yen_without_decimals() -> None:
    assert MODEL.measures["Spend"].format == r"#,0.00\ \U\S\D"
    assert build_model(replace(OPTIONS, reporting_currency="JPY")).measures["Spend"].format == r"#,0\ \J\P\Y"
    assert '"JPY"' in MODEL.measures["Budget"].format_expression


def test_names_are_unique_whatever_their_case() -> None:
    for table in MODEL.tables:
        names = [column.name.lower() for column in table.columns] + [one.name.lower() for one in table.measures]
        assert len(set(names)) == len(names), table.name
    names = [name.lower() for table in MODEL.tables for name in (one.name for one in table.measures)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_a_fact_has_every_flat_column_of_its_table_with_its_meaning(fact: Fact) -> None:
    table = MODEL.table(fact.name)
    registered = table_or_view(fact.source)
    wanted = {c.name: c.comment for c in registered.columns if c.type not in ("JSON", "VARCHAR[]")}
    keys = {"campaign_key", "account_key", ""}
    assert {c.source: c.description for c in table.columns if c.source not in keys} == wanted


def _selected(table: ModelTable) -> tuple[str, list[str]] | None:
    """The published table that a query reads, and the columns that it keeps."""
    source = re.search(r'ReadTable\("(\w+)"\)', table.query)
    columns = re.search(r"Table\.SelectColumns\(Source, \{([^}]*)\}\)", table.query)
    if source is None or columns is None:
        return None
    return source[1], re.findall(r'"(\w+)"', columns[1])


def test_queries_read_published_tables_and_give_every_column_of_the_model() -> None:
    read = 0
    for table in MODEL.tables:
        added = set(re.findall(r'Table\.AddColumn\(\w+, "(\w+)"', table.query))
        added |= set(re.findall(r"(\w+) = (?:text|date|Int64\.Type)", table.query))
        found = _selected(table)
        kept: set[str] = set()
        if found is not None:
            name, columns = found
            assert name in TABLES | VIEWS
            assert set(columns) <= set(table_or_view(name).column_names), name
            kept, read = set(columns), read + 1
        assert {column.source for column in table.columns if column.source} <= kept | added, table.name
        for row in re.findall(r"each (\[platform\].*?), type text", table.query):
            assert set(re.findall(r"\[(\w+)\]", row)) <= kept, table.name
    assert read == len(FACTS) + len(_KEYS_OF_SOURCES) + 1


def test_the_odata_feed_has_every_table_and_column_that_queries_read() -> None:
    edm = "{http://docs.oasis-open.org/odata/ns/edm}"
    schema = ET.fromstring(metadata())
    served = {
        entity.attrib["Name"]: {one.attrib["Name"] for one in entity.iter(f"{edm}Property")}
        for entity in schema.iter(f"{edm}EntityType")
    }
    for table in MODEL.tables:
        found = _selected(table)
        if found is not None:
            assert set(found[1]) <= served[found[0]], table.name


def test_m_and_dax_close_what_they_open() -> None:
    for table in MODEL.tables:
        plain = _TEXT.sub('""', table.query)
        for opening, closing in ("()", "[]", "{}"):
            assert plain.count(opening) == plain.count(closing), table.name
        step = plain.rsplit("\n", 1)[-1].strip()
        assert f"\n    {step} = " in plain


def test_relationships_join_columns_of_the_same_type_to_unique_ones() -> None:
    for one in MODEL.relationships:
        ends = [
            next(column for column in MODEL.table(table).columns if column.name == name)
            for table, name in ((one.table, one.column), (one.to_table, one.to_column))
        ]
        assert ends[0].type == ends[1].type, one
        assert ends[1].is_key or one.to_table == "Experiments", one
    for name, key in _KEYS_OF_SOURCES.items():
        found = _selected(MODEL.table(name))
        assert found is not None
        assert TABLES[found[0]].key == key
    assert table_or_view("tests_now").key == ("test_id",)


def test_facts_are_related_to_their_dimensions() -> None:
    related: dict[str, set[str]] = {}
    for one in MODEL.relationships:
        related.setdefault(one.table, set()).add(one.to_table)
    star = {"Campaign", "Account", "Platform", "Currency", "Date"}
    for name in ("Metrics", "Pacing", "Forecasts", "Anomalies", "Benchmarks", "Recommendations"):
        assert related[name] == star, name
    assert related["Experiments"] == star - {"Account", "Date"}
    assert related["Experiment results"] == {"Experiments", "Date"}
    assert related["Campaign"] == {"Project"}


def test_there_is_one_path_from_a_dimension_to_a_fact() -> None:
    """Power BI refuses active relationships that filter a table on two paths."""
    filtered: dict[str, list[str]] = {}
    for one in MODEL.relationships:
        filtered.setdefault(one.to_table, []).append(one.table)

    def reached(table: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for other in filtered.get(table, ()):
            found += Counter([other]) + reached(other)
        return found

    for table in MODEL.tables:
        twice = {name for name, paths in reached(table.name).items() if paths > 1}
        assert not twice, f"{table.name} filters {twice} on several paths"
    assert reached("Project")["Metrics"] == reached("Date")["Metrics"] == reached("Platform")["Pacing"] == 1


def test_the_date_table_is_marked_and_keyed_by_day() -> None:
    (dates,) = (table for table in MODEL.tables if table.is_dates)
    assert [column.name for column in dates.columns if column.is_key] == ["Date"]
    names = {column.name for column in dates.columns}
    assert {column.sort_by for column in dates.columns if column.sort_by} <= names
    assert "#date(2024, 1, 1)" in dates.query


def test_keys_and_technical_columns_are_hidden() -> None:
    visible = {column.name for column in MODEL.table("Metrics").columns if not column.is_hidden}
    assert visible == {"Campaign name", "Is complete day"}
    assert not [
        column
        for column in MODEL.table("Pacing").columns
        if column.name.endswith(("ID", "key")) and not column.is_hidden
    ]


def test_the_source_is_chosen_by_parameters() -> None:
    shared = {one.name: one.expression for one in MODEL.expressions}
    assert shared["DataSource"].startswith('"Parquet" meta [IsParameterQuery = true, List = {"Parquet", "OData"}')
    assert shared["ParquetFolder"].startswith('"/data/exports/parquet" meta [')
    assert shared["ODataUrl"].startswith('"http://127.0.0.1:8000/odata" meta [')
    for name in ('if DataSource = "OData"', "OData.Feed(ODataUrl,", "Parquet.Document(Folder.Contents(ParquetFolder)"):
        assert name in shared["ReadTable"]
    odd = build_model(replace(OPTIONS, parquet_folder='C:\\a "b" #(lf)')).expressions
    assert any(one.expression.startswith('"C:\\a ""b"" #(#)(lf)"') for one in odd)


def test_the_project_is_the_same_on_every_run_and_differs_only_in_its_parameters() -> None:
    first, again = project_files(OPTIONS), project_files(OPTIONS)
    assert first == again
    assert list(first) == list(again)
    moved = project_files(replace(OPTIONS, parquet_folder="/elsewhere"))
    assert [name for name in first if first[name] != moved[name]] == ["AdOps.SemanticModel/definition/expressions.tmdl"]


def test_files_are_utf_8_without_a_mark_and_tmdl_is_indented_by_tabs() -> None:
    for name, content in project_files(OPTIONS).items():
        text = content.decode()
        assert not text.startswith("\ufeff"), name
        assert "\r" not in text, name
        assert text.endswith("\n"), name
        if name.endswith(".tmdl"):
            assert not [line for line in text.splitlines() if line.startswith(" ")], name


def test_tmdl_quotes_names_and_indents_expressions_of_several_lines() -> None:
    child = Node("column", "it's", "1 +\n2", (("dataType", "int64"), ("isHidden", True)))
    assert render([Node("table", "To do", children=(child,), description="What.\nWhy.")]) == (
        "/// What.\n/// Why.\ntable 'To do'\n\n"
        "\tcolumn 'it''s' =\n\t\t\t1 +\n\t\t\t2\n\t\tdataType: int64\n\t\tisHidden\n"
    )


def test_platforms_are_named_for_people() -> None:
    assert platform_name("google-ads") == "Google Ads"
    assert '{"meta-ads", "Meta Ads", 2}' in MODEL.table("Platform").query

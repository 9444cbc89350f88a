"""The grammar of OData 4.01, rule by rule: what it allows is read or refused as not served, the rest is refused.

The committee publishes test cases with its grammar, in no package that tests could install. These are our own, of the
rules of that grammar that concern what is served.
"""

import pytest

from adops_pipeline.api.odata.options import ONE_ROW, ROWS, Options
from adops_pipeline.api.odata.syntax import parse, split
from adops_pipeline.api.odata.transformations import transformations
from adops_pipeline.warehouse.queries.odata.values import ODataError

WELL_FORMED = {
    "primitiveLiteral": (
        "null", "true", "false", "0", "-12", "+3", "1.5", "-0.25", "1.5e3", "1E-9", "''", "'O''Neil'", "'%27'",
        "''''''",
        "2026-11-20", "2026-02-30", "2026-11-20T12:00Z", "2026-11-20T12:00:00Z", "2026-11-20T12:00:00.123456789012Z",
        "2026-11-20T12:00:00+02:00", "2026-11-20T12:00:00-11:30", "12:30:00", "12:30:00.5", "duration'P1DT2H'",
        "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
    ),
    "eqExpr neExpr ltExpr leExpr gtExpr geExpr": (
        "a eq 1", "a ne 'x'", "a lt 1.5", "a le 2026-11-20", "a gt b", "a ge -1", "a EQ 1", "a  eq\t1", "null eq a",
        "(a eq 1) eq true", "a eq 1 eq true",
    ),
    "andExpr orExpr notExpr": (
        "a eq 1 and b eq 2", "a eq 1 or b eq 2 and c", "not a", "not (a eq 1)", "not(a)", "not contains(a,'x')",
        "a AND b OR NOT c", "(a) and (b)", "( a eq 1 )", "((a))",
    ),
    "inExpr": ("a in (1)", "a in (1,2)", "a in ( 'x' , 'y' )", "a in (null)", "a in (-1,2026-11-20)", "not a in (1)"),
    "addExpr subExpr mulExpr divExpr divbyExpr modExpr negateExpr": (
        "a add 1", "a sub b", "a mul -2", "a div 2", "a divby 2", "a mod 2", "-a", "- a", "-(a add b)",
        "(a add b) mul c",
    ),
    "methodCallExpr": (
        "concat(a,'x')", "contains(a,'x')", "endswith(a, 'x')", "indexof(a,'x')", "length(a)", "startswith( a,'x' )",
        "substring(a,1)", "substring(a,1,2)", "tolower(a)", "toupper(a)", "trim(a)", "matchesPattern(a,'^x')",
        "year(a)",
        "month(a)", "day(a)", "hour(a)", "minute(a)", "second(a)", "fractionalseconds(a)", "date(a)", "time(a)",
        "totaloffsetminutes(a)", "now()", "now( )", "mindatetime()", "maxdatetime()", "round(a)", "floor(a)",
        "ceiling(a)", "concat(concat(a,b),tolower(c))",
    ),
    "odataIdentifier": ("a", "_a", "a1", "anything", "all_days", "nullable", "trueish", "falsehood", "inx",
        "notes", "eqx",
                        "andover", "divby", "eq", "and", "not", "year"),
}  # fmt: skip
MALFORMED = {
    "primitiveLiteral": (
        "'", "'x", "x'", "''' ", "1.", ".5", "1e", "1,5", "2026-13-01", "2026-11-40", "2026-11-20T25:00Z", "1L", "0x1",
        '"x"', "`x`", "2026-11-20T12", "1 2",
    ),
    "eqExpr neExpr ltExpr leExpr gtExpr geExpr": (
        "", " ", "a eq", "eq 1", "a eq eq 1", "a = 1", "a == 1", "a eq1", "aeq 1 2", "a eq 1 ", " a eq 1",
        "a eq 1 b", "a <> 1",
        "a eq 1;", "a eq 1 -- x", "a eq 1 /* x */", "a is null",
    ),
    "andExpr orExpr notExpr": ("a and", "or b", "a and and b", "not ", "a not b", "a && b", "!a", "(a", "a)",
        "()", "(a))("),
    "inExpr": ("a in", "a in 1", "a in (1", "a in (1,)", "a in (,1)", "in (1)", "a in (1 2)", "a in (1))"),
    "addExpr subExpr mulExpr divExpr divbyExpr modExpr negateExpr": (
        "a add", "add 1", "a + 1", "a * 2", "a add add 1", "a - 1", "a % 2", "-", "a mod",
    ),
    "methodCallExpr": (
        "length()", "length(a,b)", "length(a", "length a", "length(a,)", "length(,a)", "concat(a)", "concat(a,b,c)",
        "substring(a)", "now(1)", "nope(a)", "contains(a 'x')", "year(a)(b)",
    ),
    "odataIdentifier": ("1a", "a-b", "a b", "$a", "@a", "a.", ".a", "a..b", "a;b", "a:b", "#a", "a?", "a&b",
        "[a]", "{a}"),
}  # fmt: skip
NOT_SERVED = (
    "a/b eq 1", "a/b/c", "items/any()", "items/any(x:x/y eq 1)", "items/all(x:x eq 1)", "a/$count gt 1",
)  # fmt: skip


@pytest.mark.parametrize("rule", WELL_FORMED)
def test_what_the_grammar_allows_is_read(rule: str) -> None:
    refused = {text: _refusal(text) for text in WELL_FORMED[rule]}
    assert {text: message for text, message in refused.items() if message is not None} == {}


@pytest.mark.parametrize("rule", MALFORMED)
def test_what_the_grammar_does_not_allow_is_refused(rule: str) -> None:
    assert [text for text in MALFORMED[rule] if _refusal(text) is None] == []


@pytest.mark.parametrize("text", NOT_SERVED)
def test_paths_and_collections_are_refused(text: str) -> None:
    assert _refusal(text) is not None


def _refusal(text: str) -> str | None:
    try:
        parse(text)
    except ODataError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a or b and c", "a or (b and c)"),
        ("not a eq b", "(not a) eq b"),
        ("a add b mul c", "a add (b mul c)"),
        ("a sub b sub c", "(a sub b) sub c"),
        ("a add 1 eq b", "(a add 1) eq b"),
        ("a lt 1 eq true", "(a lt 1) eq true"),
        ("-a mul b", "(-a) mul b"),
        ("not a in (1)", "not (a in (1))"),
        ("a eq 1 and b eq 2 or c", "((a eq 1) and (b eq 2)) or c"),
    ],
)
def test_operators_bind_as_the_standard_says(text: str, same: str) -> None:
    assert parse(text) == parse(same)


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("", {}),
        ("$top=2&$orderby=Name", {"$top": "2", "$orderby": "Name"}),
        ("top=5&skip=10", {"$top": "5", "$skip": "10"}),
        ("$OrderBy=Name", {"$orderby": "Name"}),
        ("%24filter=a%20eq%20'x%26y'", {"$filter": "a eq 'x&y'"}),
        ("$filter=a+eq+1&", {"$filter": "a eq 1"}),
        ("$filter=a eq 'x=y'", {"$filter": "a eq 'x=y'"}),
        ("$filter=", {"$filter": ""}),
    ],
)
def test_options_are_read_as_the_standard_says(query: str, given: dict[str, str]) -> None:
    assert Options.read(query, ROWS).given == given


@pytest.mark.parametrize(
    ("query", "is_unsupported"),
    [
        ("$filter=true&$filter=true", False), ("$filter=true&filter=true", False), ("$filter =true", False),
        ("$fitler=true", False), ("x=1", False), ("$expand=a", True), ("$search=blue", True), ("$compute=a as b", True),
        ("@p=1", True), ("$index=1", True), ("$filter=%ff", False), ("$$filter=true", False), ("=1", False),
    ],
)  # fmt: skip
def test_other_options_are_refused(query: str, is_unsupported: bool) -> None:
    with pytest.raises(ODataError) as refused:
        Options.read(query, ROWS)
    assert refused.value.is_unsupported is is_unsupported
    with pytest.raises(ODataError):
        Options.read("$top=1", ONE_ROW)


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("a", [("a", False)]),
        ("a asc,b desc", [("a", False), ("b", True)]),
        ("a  DESC , length(b) asc", [("a", True), ("length(b)", False)]),
        ("concat(a,',') desc,desc", [("concat(a,',')", True), ("desc", False)]),
        ("a desc desc", [("a desc", True)]),
    ],
)
def test_orders_are_read_as_the_standard_says(text: str, orders: list[tuple[str, bool]]) -> None:
    assert Options({"$orderby": text}).orders() == orders


def test_texts_are_split_outside_quotes_and_parentheses_alone() -> None:
    assert split("a,'b,c',f(d,e),''',',x", ",") == ["a", "'b,c'", "f(d,e)", "''','", "x"]
    for text in ("(a", "a)", "'a", "a)(b"):
        with pytest.raises(ODataError):
            split(text, ",")


def test_transformations_are_read_in_their_order() -> None:
    steps = transformations("filter(a eq '/)')/groupby((a,b),aggregate(c with sum as d))/aggregate($count as n)")
    assert [type(step).__name__ for step in steps] == ["Filter", "Group", "Group"]

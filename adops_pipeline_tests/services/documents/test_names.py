"""Names of stored JSON in camelCase: all of them, and nothing but names."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.services.documents.names import camel_names, camel_names_of_text
from adops_pipeline_tests.profiles import examples

NAMES = st.from_regex(r"[a-z]{1,3}(_[a-z0-9]{1,3}){0,2}", fullmatch=True)
TEXTS = st.text(st.sampled_from('{},:"\\ _ab\n'), max_size=12)
DOCUMENTS = st.recursive(
    TEXTS | st.integers() | st.none(),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(NAMES, parts, max_size=3),
    max_leaves=12,
)


def test_all_names_and_no_values() -> None:
    stored = {"ad_group_ids": ["a_b"], "arms": [{"ci_low": 1, "name": '{"ci_low": 2}'}]}
    shown = {"adGroupIds": ["a_b"], "arms": [{"ciLow": 1, "name": '{"ci_low": 2}'}]}
    assert camel_names(stored) == shown
    assert json.loads(camel_names_of_text(json.dumps(stored))) == shown


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@examples(60)
@given(document=DOCUMENTS)
def test_a_text_gets_the_names_that_its_objects_get(separators: tuple[str, str], document: Any) -> None:
    assert json.loads(camel_names_of_text(json.dumps(document, separators=separators))) == camel_names(document)


def test_amounts_keep_their_decimals() -> None:
    assert camel_names_of_text('{"per_day":1234567890123.000100}') == '{"perDay":1234567890123.000100}'

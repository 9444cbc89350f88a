"""The documents that describe the service, and what holds for every answer of it."""

from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from pydantic import SecretStr

from adops_pipeline.domain.tables import TABLES, VIEWS
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import client_of, services_over
from adops_pipeline_tests.api.odata.conftest import SET, OData

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
POWER_QUERY = (
    "application/json;odata.metadata=minimal;q=1.0,application/json;odata=minimalmetadata;q=0.9,"
    "application/atomsvc+xml;q=0.8,application/atom+xml;q=0.8,application/xml;q=0.7,text/plain;q=0.7"
)


async def _schema(odata: OData) -> ET.Element:
    response = await odata.client.get("/odata/$metadata", headers={"Accept": POWER_QUERY})
    assert response.headers["content-type"] == "application/xml"
    found = ET.fromstring(response.content).find(f".//{EDM}Schema")
    assert found is not None
    return found


async def test_the_service_lists_every_published_table_and_view_with_and_without_the_slash(odata: OData) -> None:
    for address in ("/odata", "/odata/"):
        document = (await odata.client.get(address)).json()
        assert document["@odata.context"] == "http://127.0.0.1/odata/$metadata"
        assert [one["url"] for one in document["value"]] == [*TABLES, *VIEWS]
    for name in (*TABLES, *VIEWS):
        response = await odata.get(f"/odata/{name}", top=1)
        assert response.status_code == 200, response.text


async def test_the_metadata_has_the_keys_and_types_of_the_registry(odata: OData) -> None:
    schema = await _schema(odata)
    for table in (TABLES | VIEWS).values():
        entity = schema.find(f"{EDM}EntityType[@Name='{table.name}']")
        assert entity is not None
        assert [one.get("Name") for one in entity.findall(f"{EDM}Key/{EDM}PropertyRef")] == list(table.key)
        properties = {one.get("Name"): one.attrib for one in entity.findall(f"{EDM}Property")}
        assert list(properties) == list(table.column_names)
        assert all(properties[name]["Nullable"] == "false" for name in table.key)
    metrics = schema.find(f"{EDM}EntityType[@Name='analytics_metrics']")
    assert metrics is not None
    types = {one.get("Name"): one.attrib for one in metrics.findall(f"{EDM}Property")}
    assert types["spend"] == {
        "Name": "spend", "Type": "Edm.Decimal", "Precision": "18", "Scale": "6", "Nullable": "false",
    }  # fmt: skip
    assert {name: types[name]["Type"] for name in ("date", "synced_at", "clicks", "ctr", "is_complete_day")} == {
        "date": "Edm.Date",
        "synced_at": "Edm.DateTimeOffset",
        "clicks": "Edm.Int64",
        "ctr": "Edm.Double",
        "is_complete_day": "Edm.Boolean",
    }
    assert types["platform_metrics"]["Type"] == "Edm.String"


@pytest.mark.parametrize("accept", ["application/json", "text/html", "image/png", POWER_QUERY])
async def test_the_metadata_is_xml_whatever_is_accepted(odata: OData, accept: str) -> None:
    response = await odata.client.get("/odata/$metadata", headers={"Accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (200, "application/xml")
    assert (await odata.get("/odata/$metadata", format="json")).status_code == 406


@pytest.mark.parametrize(
    "address", ["/odata", "/odata/$metadata", f"{SET}?$top=1", f"{SET}/$count", "/odata/nope", f"{SET}?$nope=1"]
)
async def test_every_answer_names_the_version_once(odata: OData, address: str) -> None:
    for method in ("GET", "POST"):
        response = await odata.client.request(method, address)
        assert response.headers.get_list("odata-version") == ["4.0"]


async def test_an_address_outside_has_no_version(odata: OData) -> None:
    assert "odata-version" not in (await odata.client.get("/odatax")).headers


@pytest.mark.parametrize(("version", "status"), [("4.0", 200), ("4.01", 200), ("5.0", 200), ("3.0", 406), ("x", 400)])
async def test_a_client_that_does_not_know_version_4_is_refused(odata: OData, version: str, status: int) -> None:
    response = await odata.client.get("/odata", headers={"OData-MaxVersion": version})
    assert response.status_code == status


@pytest.mark.parametrize(
    ("accept", "status", "media_type"),
    [
        (POWER_QUERY, 200, "application/json;odata.metadata=minimal"),
        ("application/json;odata.metadata=none", 200, "application/json;odata.metadata=none"),
        (
            "application/json;IEEE754Compatible=true",
            200,
            "application/json;odata.metadata=minimal;IEEE754Compatible=true",
        ),
        ("text/html,application/xhtml+xml,*/*;q=0.8", 200, "application/json;odata.metadata=minimal"),
        ("application/atom+xml", 406, "application/json;odata.metadata=minimal"),
        ("application/json;q=0", 406, "application/json;odata.metadata=minimal"),
    ],
)
async def test_the_form_of_json_is_the_one_that_is_accepted(
    odata: OData, accept: str, status: int, media_type: str
) -> None:
    response = await odata.client.get(f"{SET}?$top=1&$select=spend&$count=true", headers={"Accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (status, media_type)
    if status == 200:
        assert ("@odata.context" in response.json()) is ("none" not in media_type)
        assert isinstance(response.json()["value"][0]["spend"], str) is ("true" in media_type)


async def test_the_format_option_overrides_accept(odata: OData) -> None:
    headers = {"Accept": "application/xml"}
    for word in ("json", "application/json", "application/json;odata.metadata=minimal"):
        response = await odata.client.get(SET, params={"$format": word, "$top": "1"}, headers=headers)
        assert response.status_code == 200
    assert (await odata.get(SET, format="atom")).status_code == 406


ERRORS: list[tuple[str, str, dict[str, str], int]] = [
    ("GET", "/odata/campains", {}, 404),
    ("GET", "/odata/campaigns/nope/nope", {}, 501),
    ("GET", "/odata/campaigns?$filtr=x", {}, 400),
    ("GET", "/odata/campaigns?$expand=x", {}, 501),
    ("DELETE", "/odata/campaigns", {}, 405),
    ("GET", "/odata/campaigns?token=x", {}, 400),
    ("GET", "/odata/campaigns", {"Host": "evil.example"}, 421),
    ("GET", "/odata/campaigns", {"Origin": "http://evil.example"}, 403),
    ("GET", "/odata/campaigns", {"Authorization": "Bearer "}, 401),
]


@pytest.mark.parametrize(("method", "address", "headers", "status"), ERRORS)
async def test_errors_of_every_layer_come_in_odatas_format(
    odata: OData, method: str, address: str, headers: dict[str, str], status: int
) -> None:
    response = await odata.client.request(method, address, headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json;odata.metadata=minimal"
    error = response.json()["error"]
    assert error["code"]
    assert error["message"]


async def test_an_unexpected_error_comes_in_odatas_format_too(odata: OData, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("details of the code")

    monkeypatch.setattr(type(odata.services.snapshots), "reading", broken)
    status, code, message = await odata.error(SET)
    assert (status, code) == (500, "internal-error")
    assert "details" not in message


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("/odata/campains", "campaigns"),
        ("/odata/campaigns?$fliter=x", "$filter"),
        ("/odata/campaigns?$filter=nam eq 'x'", "name"),
        ("/odata/campaigns?$select=statsu", "status"),
        ("/odata/campaigns?$orderby=statsu desc", "status"),
        ("/odata/campaigns?$filter=contain(name,'x')", "contains"),
        ("/odata/campaigns?$apply=grouby((status))", "groupby"),
        ("/odata/campaigns?$apply=aggregate(budget with summ as x)", "sum"),
    ],
)
async def test_a_wrong_name_is_answered_with_the_nearest_known_one(odata: OData, address: str, near: str) -> None:
    response = await odata.client.get(address)
    assert response.json()["error"]["message"].endswith(f"; did you mean {near}?")


async def test_an_option_that_does_not_apply_here_is_said_to_exist(odata: OData) -> None:
    status, _, message = await odata.error("/odata/campaigns/$count", top=1)
    assert status == 400
    assert message == "there is no option $top; it does not apply to this resource"


async def test_without_a_snapshot_the_error_says_how_to_get_one(tmp_path: Any) -> None:
    async with client_of(services_over(tmp_path)) as client:
        response = await client.get(SET)
    assert response.status_code == 503
    assert "adops run" in response.json()["error"]["message"]


TOKEN = "a-token-for-tests"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (None, 401), (f"Bearer {TOKEN}", 200), ("Bearer", 401), ("Bearer ", 401), ("Bearer x", 401), ("Basic", 401),
        ("Basic !", 401), ("Negotiate x", 401),
    ],
)  # fmt: skip
async def test_a_token_is_needed_and_the_ways_to_sign_in_are_named(
    services: Services, sent: str | None, status: int
) -> None:
    guarded = services_over(services.settings.data_dir, api_token=SecretStr(TOKEN))
    async with client_of(guarded) as client:
        for address in ("/odata", "/odata/$metadata", f"{SET}?$top=1"):
            response = await client.get(address, headers={} if sent is None else {"Authorization": sent})
            assert response.status_code == status
            if status == 401:
                schemes = [one.partition(" ")[0] for one in response.headers.get_list("www-authenticate")]
                assert sorted(schemes) == ["Basic", "Bearer"]


@pytest.mark.parametrize("user", ["", "anybody", "user@example.com", "é"])
async def test_a_token_as_the_password_of_any_user_signs_in_to_odata_alone(services: Services, user: str) -> None:
    guarded = services_over(services.settings.data_dir, api_token=SecretStr(TOKEN))
    async with client_of(guarded) as client:
        assert (await client.get(f"{SET}?$top=1", auth=httpx.BasicAuth(user, TOKEN))).status_code == 200
        assert (await client.get(f"{SET}?$top=1", auth=httpx.BasicAuth(user, TOKEN + "x"))).status_code == 401
        elsewhere = await client.get("/api/executions", auth=httpx.BasicAuth(user, TOKEN))
    assert (elsewhere.status_code, elsewhere.headers["www-authenticate"]) == (401, "Bearer")

"""Which form of JSON a client asks for, by `$format` or Accept, and which versions it knows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import Request

from adops_pipeline.api.odata.options import Options
from adops_pipeline.api.problems import ApiError

_JSON = ("application/json", "application/*", "*/*")
_VERSION = re.compile(r"(\d+)\.\d+")
_PAGE_SIZE = re.compile(r"(?:^|[,;])\s*(?:odata\.)?maxpagesize\s*=\s*\"?(\d{1,9})\"?\s*(?=$|[,;])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class JsonForm:
    """A form of JSON. ``has_metadata``: with `@odata.context`; ``is_exact``: whole numbers and decimals as texts."""

    has_metadata: bool = True
    is_exact: bool = False

    @property
    def media_type(self) -> str:
        """The value of Content-Type."""
        level = "minimal" if self.has_metadata else "none"
        return f"application/json;odata.metadata={level}" + (";IEEE754Compatible=true" if self.is_exact else "")


def json_form(request: Request, options: Options) -> JsonForm:
    """The form to answer in. Raises ApiError where the client takes none that there is."""
    asked = options.text("$format") or request.headers.get("accept") or "*/*"
    if asked.lower() == "json":
        return JsonForm()
    for media_type, parameters in _by_preference(asked.lower().split(",")):
        if media_type in _JSON:
            level = parameters.get("odata.metadata", parameters.get("metadata", "minimal"))
            return JsonForm(level != "none", parameters.get("ieee754compatible") == "true")
    raise ApiError(
        406, "format-not-served", f"only JSON is served here, and not {asked[:200]!r}; send application/json"
    )


def check_metadata_format(options: Options) -> None:
    """Refuse `$format` of the metadata unless it is XML; Accept does not count. Raises ApiError."""
    if options.text("$format") not in (None, "xml", "application/xml"):
        raise ApiError(406, "format-not-served", "the metadata is served as XML alone")


def check_versions(request: Request) -> None:
    """Refuse clients that do not know version 4. Raises ApiError."""
    for name in ("odata-maxversion", "odata-version"):
        value = request.headers.get(name)
        if value is None:
            continue
        found = _VERSION.fullmatch(value.strip())
        if found is None:
            raise ApiError(400, "invalid-version", f"{name}: {value[:40]!r} is no version; send 4.0 or 4.01")
        if int(found.group(1)) < 4 or (name == "odata-version" and int(found.group(1)) > 4):
            raise ApiError(406, "version-not-served", f"this service speaks OData 4.0, and not {value[:40]}")


def wanted_page_rows(request: Request) -> int | None:
    """Rows on a page that the client wants at most, by the header Prefer."""
    found = _PAGE_SIZE.search(request.headers.get("prefer", ""))
    return int(found.group(1)) if found and int(found.group(1)) > 0 else None


def _by_preference(parts: Iterable[str]) -> list[tuple[str, dict[str, str]]]:
    """Media types with their parameters, the preferred ones first."""
    found = []
    for part in parts:
        media_type, *rest = (piece.strip() for piece in part.split(";"))
        pairs = (piece.partition("=") for piece in rest)
        found.append((media_type, {name.strip(): value.strip().strip('"') for name, _, value in pairs}))
    return sorted((one for one in found if _weight(one[1]) > 0), key=lambda one: -_weight(one[1]))


def _weight(parameters: dict[str, str]) -> float:
    try:
        return float(parameters.get("q", "1"))
    except ValueError:
        return 1.0

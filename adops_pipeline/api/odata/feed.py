"""A page of entities, sent while DuckDB writes it, on the snapshot that its first page came from."""

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager

from adops_pipeline.api.odata.resources import NoResourceError
from adops_pipeline.api.problems import ApiError
from adops_pipeline.services.exports.chunks import SnapshotChunks
from adops_pipeline.warehouse.queries.odata.pages import Mark, Page, read_page
from adops_pipeline.warehouse.queries.odata.values import ODataError
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot, SnapshotGoneError


class Feed(SnapshotChunks):
    """The chunks of a page; ``next_link`` makes the address of the next page from where this one ended."""

    def __init__(
        self,
        leave: ExitStack,
        snapshot: Snapshot,
        page: Page,
        head: dict[str, object],
        next_link: Callable[[Mark], str | None],
    ) -> None:
        super().__init__(snapshot, leave, _written(snapshot, page, head, next_link))

    def next_chunk(self) -> bytes | None:
        """The next bytes; None at the end. Raises ApiError and WarehouseError."""
        with refusals():
            return super().next_chunk()


def _written(
    snapshot: Snapshot, page: Page, head: dict[str, object], next_link: Callable[[Mark], str | None]
) -> Generator[bytes, None, None]:
    begun = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
    separator = begun[:-1] + ("," if head else "") + '"value":['
    mark: Mark | None = None
    for part in read_page(snapshot.con, page):
        mark = part.mark
        if part.documents:
            yield (separator + ",".join(part.documents)).encode()
            separator = ","
    end = "]" if separator == "," else f"{separator}]"
    link = None if mark is None else next_link(mark)
    if link is not None:
        end += f',"@odata.nextLink":{json.dumps(link)}'
    yield f"{end}}}".encode()


@contextmanager
def refusals() -> Iterator[None]:
    """Raise what is wrong with a request as ApiError."""
    try:
        yield
    except NoResourceError as error:
        raise ApiError(404, "not-found", str(error.args[0])) from None
    except SnapshotGoneError:
        detail = (
            "the data that the first page came from is not kept any longer, because newer data was published;"
            " read again from the first page"
        )
        raise ApiError(410, "snapshot-gone", detail) from None
    except ODataError as error:
        if error.is_unsupported:
            raise ApiError(501, "not-served", str(error)) from None
        raise ApiError(400, "invalid-request", str(error)) from None

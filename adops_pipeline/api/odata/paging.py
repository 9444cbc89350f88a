"""Which page of its rows a request wants, and where the next one begins."""

from dataclasses import dataclass

from adops_pipeline.api.odata.formats import JsonForm
from adops_pipeline.api.odata.options import Options
from adops_pipeline.api.odata.requests import RowsRequest
from adops_pipeline.api.odata.skiptoken import SkipToken, decode
from adops_pipeline.warehouse.queries.odata.pages import Mark, Page


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page of at most ``page_rows``. ``left``: rows that `$top` allows from here on; None without `$top`."""

    rows: RowsRequest
    token: SkipToken | None
    page_rows: int
    left: int | None
    skipped: int

    @classmethod
    def read(cls, rows: RowsRequest, options: Options, preferred: int | None, most_rows: int) -> "PageRequest":
        """The page that ``options`` want, with the size that the client prefers. Raises ODataError."""
        size = min(preferred or most_rows, most_rows)
        word = options.text("$skiptoken")
        if word is None:
            return cls(rows, None, size, options.number("$top"), options.number("$skip") or 0)
        token = decode(word, rows.fingerprint, most_rows)
        return cls(rows, token, token.page_rows if preferred is None else size, token.left, 0)

    @property
    def version(self) -> str | None:
        """The snapshot to read; None: the newest."""
        return None if self.token is None else self.token.version

    @property
    def size(self) -> int:
        """Rows on this page."""
        return self.page_rows if self.left is None else min(self.left, self.page_rows)

    def page(self, form: JsonForm) -> Page:
        """What to read. Raises ODataError for a token of another order."""
        return Page(
            self.rows.source, self.rows.names, self.rows.order, self.size,
            skipped=self.skipped,
            after=None if self.token is None else self.rows.mark(self.token.mark),
            is_annotated=form.has_metadata,
            is_exact=form.is_exact,
        )  # fmt: skip

    def following(self, version: str, total: int | None, mark: Mark) -> SkipToken | None:
        """The token of the page after ``mark``; None where `$top` allows no more rows."""
        left = None if self.left is None else self.left - self.size
        return None if left == 0 else SkipToken(version, self.rows.fingerprint, self.page_rows, left, total, mark)

"""The pages' own files and those built from npm packages, under one address with a hash of their contents.

A browser keeps them for a year: any change of a file gives all of them a new address.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from adops_pipeline.api.problems import ApiError

PREFIX = "/assets"
_FOLDERS = tuple(Path(__file__).parent / name for name in ("assets", "static"))
_FOREVER = "public, max-age=31536000, immutable"
_COMPRESSED = ("text/", "application/json", "image/svg")


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    compressed: bytes | None
    media_type: str


class Files:
    """The static files, read once each."""

    @cached_property
    def paths(self) -> dict[str, Path]:
        """Files by their address below the version."""
        return {
            path.relative_to(folder).as_posix(): path
            for folder in _FOLDERS
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }

    @cached_property
    def version(self) -> str:
        """A hash of all names and contents."""
        digest = hashlib.sha256()
        for name, path in sorted(self.paths.items()):
            digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()[:12]

    def address(self, name: str) -> str:
        """The address of a file. Raises KeyError for one that does not exist."""
        self.paths[name]
        return f"{PREFIX}/{self.version}/{name}"

    def respond(self, request: Request) -> Response:
        """A file. Under the address of an older version it is not kept, as it may be another than was asked for."""
        name, version = request.path_params["name"], request.path_params["version"]
        path = self.paths.get(name)
        if path is None:
            raise ApiError(404, "not-found", f"there is no file {name!r}; reload the page")
        file = _read(path, path.stat().st_mtime_ns)
        headers = {"Cache-Control": _FOREVER if version == self.version else "no-store", "Vary": "Accept-Encoding"}
        if file.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(file.compressed, media_type=file.media_type, headers=headers)
        return Response(file.body, media_type=file.media_type, headers=headers)


@lru_cache(maxsize=256)
def _read(path: Path, _changed_at: int) -> _File:
    body = path.read_bytes()
    kind = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0]
    kind = kind or "application/octet-stream"
    compressed = gzip.compress(body, 9, mtime=0) if kind.startswith(_COMPRESSED) else None
    return _File(body, compressed, kind)

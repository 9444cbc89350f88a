"""Bringing in what an older store kept as JSON files: `files` reads, `records` says what each is, `folder` does it."""

from adops_pipeline.operations.importing.files import BadRecordError, FileKind
from adops_pipeline.operations.importing.folder import Imported, ImportedFile, import_folder

__all__ = ["BadRecordError", "FileKind", "Imported", "ImportedFile", "import_folder"]

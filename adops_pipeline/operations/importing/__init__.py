"""Import of an older store's JSON files: `files` reads them, `records` describes them, `folder` imports them."""

from adops_pipeline.operations.importing.files import BadRecordError, FileKind
from adops_pipeline.operations.importing.folder import Imported, ImportedFile, import_folder

__all__ = ["BadRecordError", "FileKind", "Imported", "ImportedFile", "import_folder"]

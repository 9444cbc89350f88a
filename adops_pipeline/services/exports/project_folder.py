"""Writes the Power BI project to a folder. What somebody edited there is not overwritten."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from adops_pipeline.operations.errors import InvalidError
from adops_pipeline.services.exports.powerbi.project import NAME, ProjectOptions, project_files
from adops_pipeline.services.exports.staging import as_json, edited_files, replacing_files

_MANIFEST = "project.json"


@dataclass(frozen=True)
class ProjectFolder:
    """The Power BI project of one installation."""

    options: ProjectOptions

    def write(self, folder: Path) -> Path:
        """Replace the project in ``folder``; gives the file to open.

        Raises InvalidError if its files were edited, OSError if the folder cannot be written.
        """
        edited = edited_files(folder, _MANIFEST)
        if edited:
            raise InvalidError(
                "folder",
                f"{edited[0]} was edited after it was generated, so nothing is overwritten; move the project to another"
                " folder to keep the changes, or delete the edited files to have them generated again",
            )
        with replacing_files(folder, _MANIFEST) as staging:
            files = project_files(self.options)
            for name, content in files.items():
                staging.write(name, content)
            listed = [{"name": name, "sha256": hashlib.sha256(content).hexdigest()} for name, content in files.items()]
            staging.write(_MANIFEST, as_json({"files": listed}))
        return folder / f"{NAME}.pbip"

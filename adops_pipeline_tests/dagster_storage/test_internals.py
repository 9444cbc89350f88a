"""The private parts of Dagster that the project uses belong to one version of it."""

from importlib.metadata import version

from adops_pipeline.dagster_storage.internals import CHECKED_VERSION


def test_the_installed_dagster_is_the_version_that_the_private_modules_were_read_in() -> None:
    assert version("dagster") == CHECKED_VERSION

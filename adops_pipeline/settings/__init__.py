"""Every setting of the product: the only reader of the environment, of `.env` and of `data/adops.toml`.

Weakest first: defaults, `data/adops.toml`, `.env`, environment (`ADOPS_*`, `__` between levels). Secrets come from
`.env` or the environment only. Nothing below wiring reads settings: modules receive what they need as arguments.
"""

from adops_pipeline.settings.base import PROJECT_ROOT, default_data_dir
from adops_pipeline.settings.loading import SettingsError, load_settings, named_secret, variable
from adops_pipeline.settings.notifications import NotificationSettings
from adops_pipeline.settings.schema import Settings

__all__ = [
    "PROJECT_ROOT",
    "NotificationSettings",
    "Settings",
    "SettingsError",
    "default_data_dir",
    "load_settings",
    "named_secret",
    "variable",
]

"""What the API adds: tokens, sessions, webhooks, projects, monitoring."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from adops_pipeline.wiring.secrets import find_secret
from adops_pipeline.wiring.workflows import WorkflowServices

if TYPE_CHECKING:
    from adops_pipeline.services.monitoring import Monitoring
    from adops_pipeline.services.projects import Projects
    from adops_pipeline.services.sessions import Sessions
    from adops_pipeline.services.tokens import Tokens
    from adops_pipeline.services.webhooks.directory import WebhookDirectory
    from adops_pipeline.services.webhooks.ingress import WebhookIngress
    from adops_pipeline.services.webhooks.keys import WebhookKeys
    from adops_pipeline.services.webhooks.trial import WebhookTrial


class AccessServices(WorkflowServices):
    """What the API adds: tokens, sessions, webhooks, projects, monitoring."""

    @cached_property
    def tokens(self) -> Tokens:
        """Named tokens of the API."""
        from adops_pipeline.services.tokens import Tokens

        return Tokens(lambda: self.store, self.clock)

    @cached_property
    def sessions(self) -> Sessions:
        """Sessions of browsers."""
        from adops_pipeline.services.sessions import Sessions

        own = self.settings
        return Sessions(
            lambda: self.store, self.clock, self.tokens, own.api_token, timedelta(hours=own.api.session_hours)
        )

    @cached_property
    def webhooks(self) -> WebhookDirectory:
        """Inbound webhooks."""
        from adops_pipeline.services.webhooks.directory import WebhookDirectory

        return WebhookDirectory(lambda: self.store, self.clock, self.webhook_keys)

    @cached_property
    def webhook_ingress(self) -> WebhookIngress:
        """Takes deliveries of inbound webhooks."""
        from adops_pipeline.services.webhooks.ingress import WebhookIngress

        own = self.settings.api
        return WebhookIngress(
            lambda: self.store,
            self.clock,
            self.webhook_keys,
            self.executions,
            own.webhook_calls_per_minute,
            own.webhook_keep_days,
        )

    @cached_property
    def webhook_trial(self) -> WebhookTrial:
        """Sends deliveries to inbound webhooks, to try them out."""
        from adops_pipeline.services.webhooks.trial import WebhookTrial

        return WebhookTrial(lambda: self.store, self.clock, self.webhook_keys)

    @cached_property
    def webhook_keys(self) -> WebhookKeys:
        """Keys of inbound webhooks."""
        from adops_pipeline.services.webhooks.keys import WebhookKeys

        return WebhookKeys(lambda: self.secret_box, bool(self.settings.secret_keys), find_secret)

    @cached_property
    def projects(self) -> Projects:
        """Projects and their campaigns."""
        from adops_pipeline.services.projects import Projects

        return Projects(lambda: self.store, self.snapshots, self.clock)

    @cached_property
    def monitoring(self) -> Monitoring:
        """Figures of the system itself."""
        from adops_pipeline.services.monitoring import Monitoring

        return Monitoring(lambda: self.store, self.sync_history, self.accounts)

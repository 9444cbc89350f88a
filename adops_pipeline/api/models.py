"""Base of request and response bodies; `services.documents` has it, for the documents of other fronts too."""

from adops_pipeline.services.documents.models import ApiModel, page_model

__all__ = ["ApiModel", "page_model"]

"""Budget allocation."""

"""Tests of the REST API, mostly through the ASGI application itself."""

"""The REST API: what programs outside Dagster read and request. Routes are thin; the work is done in `services`."""

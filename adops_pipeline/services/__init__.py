"""Use cases of the product, free of Dagster and of any front: the command line, Dagster, the API and agents call these.

Each module does one thing with the layers below (connectors, warehouse, operational store, notifications). Computation
belongs in `domain/`, SQL in `warehouse/` and `operations/`, presentation in the fronts.
"""

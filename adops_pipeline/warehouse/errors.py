"""What can go wrong with the warehouse, for whoever reports it."""


class WarehouseError(Exception):
    """The warehouse file cannot be used; the message names the file or table and what to do."""

"""The read-only OData v4 service at `/odata`: published tables and views as entity sets for Excel, Power BI."""

"""What acts by itself: sensors evaluated as the daemon does, on real stores and event logs."""

"""Who is notified and how: receivers, messages about events, and sending what is due."""

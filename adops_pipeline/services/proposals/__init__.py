"""Safe changes of the platforms: propose, approve, apply, verify, undo; and recovery after a crash."""

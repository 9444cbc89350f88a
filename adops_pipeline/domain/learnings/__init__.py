"""What memories teach together: patterns with their effect, confidence, counter-evidence and validity. Pure."""

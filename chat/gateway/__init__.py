"""The dialects: commands in, events out. Nothing here writes."""

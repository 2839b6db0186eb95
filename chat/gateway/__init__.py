"""The dialects: commands in, events out. Each handler parses, authorises, acts and answers; nothing here writes."""

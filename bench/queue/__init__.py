"""`./desk bench queue`: how fast the right agent gets the next chat, however many wait."""

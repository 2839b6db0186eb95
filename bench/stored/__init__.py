"""`./desk bench seed`, `search` and `lists`: how fast a full database answers."""

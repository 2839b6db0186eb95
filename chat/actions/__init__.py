"""The only writers and the only emitters: each function checks the permission, writes, and tells."""

"""REST, thin: parse, authorise, act, answer (SPEC §6, §7)."""

"""Plays recorded dialogues through a real helpdesk and proves that every copy of each is the same."""

"""Measurements of a running helpdesk."""

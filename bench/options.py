"""What options of measurements may be."""

from __future__ import annotations

import argparse


def positive(text: str) -> int:
    """Read a whole number of at least 1. Raises `ArgumentTypeError`."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, not {text!r}")
    return int(text)

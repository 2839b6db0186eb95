"""Recognise audio and video by what is in the file, beyond its first bytes.

Two bytes make an "MP3" for those who look at nothing else; here the frames, chunks, pages or tracks must
follow each other as the format wants. Pure Python: hostile bytes can at worst take time.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from chat.media import containers, frames
from chat.media.containers import Damaged
from chat.media.formats import FLAC, OGG, WAV, Format

OGG_CODECS = (b"OpusHead", b"\x01vorbis", b"\x7fFLAC")
FIRST_PAGE = 0x02
STREAMINFO_BYTES = 34


def recognise(path: Path) -> Format | None:
    """Tell what a file is; None for what is none of the formats allowed, or damaged."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for reader in READERS:
            file.seek(0)
            try:
                found = reader(file, size)
            except (Damaged, IndexError, OverflowError, OSError):
                continue
            if found is not None:
                return found
    return None


def wav(file: BinaryIO, size: int) -> Format | None:
    """Read the chunks of a WAVE file up to its samples."""
    header = file.read(12)
    if header[:4] != b"RIFF" or header[8:] != b"WAVE":
        return None
    has_format = False
    while len(chunk := file.read(8)) == 8:
        if chunk[:4] == b"data":
            return WAV if has_format else None
        length = int.from_bytes(chunk[4:], "little")
        has_format = has_format or (chunk[:4] == b"fmt " and length >= 16)
        # Chunks begin at even places.
        file.seek(length + length % 2, os.SEEK_CUR)
    return None


def ogg(file: BinaryIO, size: int) -> Format | None:
    """Read the pages with which an Ogg file begins: one for each stream (RFC 3533 §6); all must be audio."""
    streams = 0
    while page := _ogg_page(file):
        kind, content = page
        if not kind & FIRST_PAGE:
            return OGG if streams else None
        if not content.startswith(OGG_CODECS):
            return None
        streams += 1
    return None


def _ogg_page(file: BinaryIO) -> tuple[int, bytes] | None:
    header = file.read(27)
    if len(header) < 27 or header[:5] != b"OggS\0":
        return None
    lengths = file.read(header[26])
    return header[5], file.read(sum(lengths))


def flac(file: BinaryIO, size: int) -> Format | None:
    """Read how a FLAC file begins (RFC 9639 §8)."""
    header = file.read(8)
    if header[:4] != b"fLaC" or header[4] & 0x7F or int.from_bytes(header[5:]) != STREAMINFO_BYTES:
        return None
    return FLAC if len(file.read(STREAMINFO_BYTES)) == STREAMINFO_BYTES else None


READERS = (containers.mp4_or_quicktime, containers.webm, ogg, wav, flac, frames.mp3, frames.aac)

"""MP3 and AAC: files of frames that each say how long they are, with a tag before them at most."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from chat.media.formats import AAC, MP3, Format

FRAMES_NEEDED = 3
"""Frames that follow each other, before random bytes are believed to be sound; a shorter file has two."""
MAX_PADDING_BYTES = 4096
"""Zeros between a tag and the first frame."""

MPEG1_KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
MPEG2_KBITS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
MPEG1_RATES = (44_100, 48_000, 32_000)
MPEG1, MPEG2, RESERVED = 3, 2, 1


def mp3(file: BinaryIO, size: int) -> Format | None:
    """Recognise MPEG audio, layer III (ISO/IEC 11172-3 §2.4)."""
    return MP3 if _follow(file, size, _mp3_frame_bytes) else None


def aac(file: BinaryIO, size: int) -> Format | None:
    """Recognise AAC in ADTS frames (ISO/IEC 13818-7 §6.2)."""
    return AAC if _follow(file, size, _aac_frame_bytes) else None


def _follow(file: BinaryIO, size: int, frame_bytes: Callable[[bytes], int | None]) -> bool:
    """Go from frame to frame, each of which must begin where the one before it ends."""
    place = _after_tag(file)
    for number in range(FRAMES_NEEDED):
        file.seek(place)
        header = file.read(7)
        if number == FRAMES_NEEDED - 1 and place == size:
            return True
        length = frame_bytes(header) if len(header) == 7 else None
        if length is None:
            return False
        place += length
    return place <= size


def _after_tag(file: BinaryIO) -> int:
    """Return where an ID3v2 tag (id3.org, ID3v2.4 §3.1) and the zeros after it end."""
    file.seek(0)
    header = file.read(10)
    place = 0
    if header[:3] == b"ID3" and len(header) == 10 and all(byte < 0x80 for byte in header[6:]):
        for byte in header[6:]:
            place = place << 7 | byte
        place += 20 if header[5] & 0x10 else 10
    file.seek(place)
    padding = file.read(MAX_PADDING_BYTES)
    return place + len(padding) - len(padding.lstrip(b"\0"))


def _mp3_frame_bytes(header: bytes) -> int | None:
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    bitrate, rate, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if header[0] != 0xFF or header[1] >> 5 != 7 or version == RESERVED or layer != 1:
        return None
    if bitrate in (0, 15) or rate == 3:
        return None
    if version == MPEG1:
        return 144_000 * MPEG1_KBITS[bitrate] // MPEG1_RATES[rate] + padding
    hertz = MPEG1_RATES[rate] // (2 if version == MPEG2 else 4)
    return 72_000 * MPEG2_KBITS[bitrate] // hertz + padding


def _aac_frame_bytes(header: bytes) -> int | None:
    if header[0] != 0xFF or header[1] & 0xF6 != 0xF0:
        return None
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length > 7 else None

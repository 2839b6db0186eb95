"""Which tracks are in an MP4, QuickTime or WebM file: what it is follows from them, not from its name.

A voice message that a browser records and a video come in the same containers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from chat.media.formats import MP4, MP4_AUDIO, QUICKTIME, WEBM, WEBM_AUDIO, Format

QUICKTIME_BRAND = b"qt  "

EBML_HEADER = 0x1A45DFA3
DOCUMENT_TYPE = 0x4282
SEGMENT = 0x18538067
CLUSTER = 0x1F43B675
TRACKS = 0x1654AE6B
TRACK_ENTRY = 0xAE
TRACK_TYPE = 0x83
VIDEO_TRACK, AUDIO_TRACK = 1, 2


class Damaged(Exception):
    """What cannot be a whole file of the format that it begins as."""


def mp4_or_quicktime(file: BinaryIO, size: int) -> Format | None:
    """Read the boxes of an ISO base media file (ISO/IEC 14496-12 §4.2). Raises `Damaged` where it is cut."""
    boxes = {kind: (begin, end) for kind, begin, end in _boxes(file, 0, size)}
    if not boxes or next(iter(boxes)) != b"ftyp" or b"moov" not in boxes:
        return None
    file.seek(boxes[b"ftyp"][0])
    brand = file.read(4)
    handlers = set(_handlers(file, *boxes[b"moov"]))
    if b"vide" in handlers:
        return QUICKTIME if brand == QUICKTIME_BRAND else MP4
    return MP4_AUDIO if b"soun" in handlers else None


def _handlers(file: BinaryIO, begin: int, end: int) -> Iterator[bytes]:
    """Say for each track of a `moov` box what plays it."""
    for kind, track_begin, track_end in list(_boxes(file, begin, end)):
        if kind != b"trak":
            continue
        for inner, media_begin, media_end in list(_boxes(file, track_begin, track_end)):
            if inner != b"mdia":
                continue
            for innermost, handler_begin, _ in list(_boxes(file, media_begin, media_end)):
                if innermost == b"hdlr":
                    file.seek(handler_begin + 8)
                    yield file.read(4)


def _boxes(file: BinaryIO, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while end - begin >= 8:
        file.seek(begin)
        header = file.read(16)
        size, kind, header_size = int.from_bytes(header[:4]), header[4:8], 8
        if size == 1:
            size, header_size = int.from_bytes(header[8:16]), 16
        elif size == 0:
            size = end - begin
        if size < header_size or begin + size > end:
            raise Damaged
        yield kind, begin + header_size, begin + size
        begin += size


def webm(file: BinaryIO, size: int) -> Format | None:
    """Read the elements of a WebM file up to its tracks (RFC 8794, RFC 9559)."""
    top = _elements(file, 0, size)
    header, begin, end = next(top, (0, 0, 0))
    if header != EBML_HEADER or _value(file, begin, end, DOCUMENT_TYPE) != b"webm":
        return None
    for element, segment_begin, segment_end in top:
        if element == SEGMENT:
            types = _track_types(file, segment_begin, segment_end)
            return WEBM if VIDEO_TRACK in types else WEBM_AUDIO if AUDIO_TRACK in types else None
    return None


def _track_types(file: BinaryIO, begin: int, end: int) -> set[int]:
    for element, tracks_begin, tracks_end in _elements(file, begin, end):
        if element == TRACKS:
            return {
                int.from_bytes(_value(file, entry_begin, entry_end, TRACK_TYPE) or b"")
                for kind, entry_begin, entry_end in list(_elements(file, tracks_begin, tracks_end))
                if kind == TRACK_ENTRY
            }
        # While it is being recorded a cluster's size is unknown; tracks come before all of them.
        if element == CLUSTER:
            break
    return set()


def _value(file: BinaryIO, begin: int, end: int, wanted: int) -> bytes | None:
    """Return the short content of the first such element."""
    for element, value_begin, value_end in _elements(file, begin, end):
        if element == wanted:
            file.seek(value_begin)
            return file.read(min(value_end - value_begin, 16)).rstrip(b"\0")
    return None


def _elements(file: BinaryIO, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    while begin < end:
        file.seek(begin)
        element, id_length = _number(file.read(4), keep_marker=True)
        file.seek(begin + id_length)
        size, size_length = _number(file.read(8), keep_marker=False)
        content = begin + id_length + size_length
        if size == (1 << 7 * size_length) - 1:  # unknown: to the end
            size = end - content
        # What is cut off at the end is a recording that broke off; it plays as far as it goes.
        yield element, content, min(content + size, end)
        begin = content + size


def _number(data: bytes, *, keep_marker: bool) -> tuple[int, int]:
    """Read a number whose first bits say how many bytes it has (RFC 8794 §4)."""
    length = 9 - data[0].bit_length() if data else 9
    if length > len(data):
        raise Damaged
    number = int.from_bytes(data[:length])
    return (number if keep_marker else number & ((1 << 7 * length) - 1)), length

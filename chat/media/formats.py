"""What people may send: every format there is here, and how much of it (SPEC §6 `POST media`)."""

from __future__ import annotations

from dataclasses import dataclass

MAX_FILES = 5
MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_UPLOAD_BYTES = MAX_FILES * MAX_FILE_BYTES + 100_000
"""Of one request: the files, and what multipart puts around them."""

MAX_PIXELS = 40_000_000
MAX_SIDE_PIXELS = 16_383
"""WebP's own limit (RFC 9649 §2.6)."""
KEPT_PIXELS = 3840 * 2160
"""A greater image is made smaller: as much as a 4K screen shows, and no more to encode anew."""
MAX_ANIMATION_PIXELS = 20_000_000
"""Of all pictures of an animation together; of a longer one the first stays."""
THUMBNAIL_SIDE_PIXELS = 480

IMAGE, AUDIO, VIDEO = TYPES = ("image", "audio", "video")


@dataclass(frozen=True, slots=True)
class Format:
    """A format that is served; the first of its `extensions` is the one that we write."""

    media_type: str
    type: str
    extensions: tuple[str, ...]


PNG = Format("image/png", IMAGE, (".png",))
JPEG = Format("image/jpeg", IMAGE, (".jpg", ".jpeg", ".jpe", ".jfif"))
WEBP = Format("image/webp", IMAGE, (".webp",))
MP3 = Format("audio/mpeg", AUDIO, (".mp3",))
AAC = Format("audio/aac", AUDIO, (".aac",))
MP4_AUDIO = Format("audio/mp4", AUDIO, (".m4a", ".mp4"))
OGG = Format("audio/ogg", AUDIO, (".ogg", ".oga", ".opus"))
WAV = Format("audio/wav", AUDIO, (".wav",))
FLAC = Format("audio/flac", AUDIO, (".flac",))
WEBM_AUDIO = Format("audio/webm", AUDIO, (".webm", ".weba"))
MP4 = Format("video/mp4", VIDEO, (".mp4", ".m4v"))
QUICKTIME = Format("video/quicktime", VIDEO, (".mov", ".qt"))
WEBM = Format("video/webm", VIDEO, (".webm",))

FORMATS = {
    each.media_type: each
    for each in (PNG, JPEG, WEBP, MP3, AAC, MP4_AUDIO, OGG, WAV, FLAC, WEBM_AUDIO, MP4, QUICKTIME, WEBM)
}

ALLOWED = {
    IMAGE: "PNG, JPEG, WebP and GIF",
    AUDIO: "MP3, M4A, AAC, Ogg (Opus, Vorbis), WAV, FLAC and WebM",
    VIDEO: "MP4, MOV and WebM",
}
"""What a person is told is allowed; a GIF is kept as a PNG or, where it moves, as a WebP."""

"""Real images, audio and video, made here by Pillow and FFmpeg."""

import io
from fractions import Fraction

import av
from PIL import Image

SECRET_CAMERA = "SecretCam 3000"
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825
TURNED_RIGHT = 6


def picture(width: int = 64, height: int = 48) -> Image.Image:
    """An image of many colours, no two corners alike."""
    red = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (red, red.transpose(Image.Transpose.ROTATE_180), Image.new("L", red.size, 90)))


def image(kind: str = "PNG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: object) -> bytes:
    """An image file."""
    file = io.BytesIO()
    picture(*size).convert(mode).save(file, kind, **options)
    return file.getvalue()


def telltale_exif(orientation: int = 1) -> Image.Exif:
    """What a telephone writes into a photograph: the camera, and where it was."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKE] = SECRET_CAMERA
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    return exif


def animation(kind: str, size: tuple[int, int] = (40, 30), pictures: int = 5) -> bytes:
    """An image that moves."""
    first, *rest = [Image.new("RGB", size, (40 * (number % 6), 80, 200)) for number in range(pictures)]
    file = io.BytesIO()
    first.save(file, kind, save_all=True, append_images=rest, duration=100, loop=0)
    return file.getvalue()


RECORDINGS = {
    "audio/mpeg": ("mp3", {"libmp3lame": "audio"}),
    "audio/aac": ("adts", {"aac": "audio"}),
    "audio/mp4": ("ipod", {"aac": "audio"}),
    "audio/ogg": ("ogg", {"libopus": "audio"}),
    "audio/wav": ("wav", {"pcm_s16le": "audio"}),
    "audio/flac": ("flac", {"flac": "audio"}),
    "audio/webm": ("webm", {"libopus": "audio"}),
    "video/mp4": ("mp4", {"libx264": "video", "aac": "audio"}),
    "video/quicktime": ("mov", {"libx264": "video"}),
    "video/webm": ("webm", {"libvpx": "video", "libopus": "audio"}),
}
"""For each format the container and the codecs that make it."""


def recording(media_type: str, **options: str) -> bytes:
    """Half a second of audio or video; `options` are FFmpeg's for the container."""
    container_name, codecs = RECORDINGS[media_type]
    file = io.BytesIO()
    with av.open(file, "w", format=container_name, options=options) as container:
        streams = [_stream(container, codec, kind) for codec, kind in codecs.items()]
        for stream in streams:
            frames = _pictures() if stream.type == "video" else _silence()
            for frame in [*frames, None]:
                container.mux(stream.encode(frame))
    return file.getvalue()


def _stream(container, codec: str, kind: str):
    if kind == "audio":
        return container.add_stream(codec, rate=48_000, layout="mono")
    stream = container.add_stream(codec, rate=10)
    stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
    return stream


def _pictures() -> list[av.VideoFrame]:
    frames = []
    for number in range(5):
        frame = av.VideoFrame.from_image(picture())
        frame.pts, frame.time_base = number, Fraction(1, 10)
        frames.append(frame)
    return frames


def _silence() -> list[av.AudioFrame]:
    frames = []
    for number in range(25):
        frame = av.AudioFrame(format="s16", layout="mono", samples=960)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts, frame.time_base = 48_000, number * 960, Fraction(1, 48_000)
        frames.append(frame)
    return frames

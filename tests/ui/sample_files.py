"""Bytes of files, good and bad, as the tests of the readers need them."""

import io
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image


def npy(array):
    """The bytes of an `.npy`."""
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def npz(**arrays):
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def archive(members, packing=zipfile.ZIP_DEFLATED):
    """A zip of (name, content) pairs."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as out:
        for name, content in members:
            out.writestr(name, content)
    return stream.getvalue()


def header(shape, descr="<f4", more=b""):
    """A header that promises whatever it likes."""
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + more


def of_version(major, minor, more=bytes(24)):
    """A file of 2 × 3 numbers in all but its version, with the longer count of the second one."""
    text = header((2, 3))[10:]
    return b"\x93NUMPY" + bytes([major, minor]) + struct.pack("<I", len(text)) + text + more


def picture(size=(7, 5), kind="PNG", mode="RGB", colour=None, **options):
    """The bytes of a picture, of one colour or red at the top left."""
    image = Image.new(mode, size, colour if colour is not None else 0)
    if colour is None and mode == "RGB":
        image.putpixel((0, 0), (255, 0, 0))
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width, height):
    """A PNG that is nothing but a promise: 65 bytes or so."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def flipped(content, place):
    """One byte changed."""
    return content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :]


def noise(kind):
    """A picture that cannot be packed small."""
    stream = io.BytesIO()
    Image.fromarray(np.random.default_rng(7).integers(0, 256, (30, 40, 3), "uint8")).save(stream, kind)
    return stream.getvalue()


PNG = picture((40, 30))
_HELD = Image.Exif()
_HELD[0x0112] = 6  # turned by a quarter
TURNED = picture((3, 5), "JPEG", exif=_HELD)
NOISE = {kind: noise(kind) for kind in ("PNG", "JPEG", "WEBP")}
FLOATS = npy(np.arange(6, dtype="float32").reshape(2, 3))

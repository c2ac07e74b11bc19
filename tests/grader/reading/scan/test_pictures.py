"""Files become grey pages within limits, and what is no page is refused with a reason."""

import io
import struct
import zlib

import cv2
import numpy as np
import pikepdf
import pytest

from grader.reading.faults import FormError
from grader.reading.scan import pictures


def encoded(suffix: str, grey: np.ndarray) -> bytes:
    return cv2.imencode(suffix, grey)[1].tobytes()


@pytest.fixture(scope="module")
def grey() -> np.ndarray:
    page = np.full((500, 400), 240, np.uint8)
    page[100:120, 50:300] = 90
    return cv2.GaussianBlur(page, (9, 9), 0)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".jpeg", ".tif", ".tiff"])
def test_a_picture_of_every_kind_is_one_page_as_it_was(suffix, grey):
    data = encoded(suffix, grey)
    assert pictures.page_count(data, suffix) == 1
    page = pictures.page(data, suffix, 0)
    assert page.grey.shape == grey.shape
    assert np.abs(page.grey.astype(int) - grey).max() < 12
    assert not page.black_white


def test_every_page_of_a_tiff_is_read(grey):
    found, data = cv2.imencodemulti(".tiff", [grey, 255 - grey])
    assert found
    assert pictures.page_count(data.tobytes(), ".tiff") == 2
    assert np.array_equal(pictures.page(data.tobytes(), ".tiff", 1).grey, 255 - grey)


def test_a_scan_of_black_and_white_alone_is_noticed():
    page = np.full((500, 400), 255, np.uint8)
    page[100:120, 50:300] = 0
    assert pictures.page(encoded(".png", page), ".png", 0).black_white


@pytest.mark.parametrize(("grey", "noticed"), [(8, True), (9, False), (246, False), (247, True)])
def test_what_is_nearly_paper_or_nearly_ink_counts_as_that(grey, noticed):
    assert pictures.is_black_white(np.full((30, 30), grey, np.uint8)) == noticed


def pdf_of(width: float, height: float, content: bytes = b"") -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(width, height))
        pdf.pages[0].Contents = pdf.make_stream(content)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def test_pages_of_a_pdf_are_drawn_upright_in_grey(tmp_path):
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf_of(595, 842, b"0 g 0 0 300 842 re f"))
    assert pictures.page_count(path, ".pdf") == 1
    page = pictures.page(path, ".pdf", 0).grey
    assert page.shape == (2339, 1653)
    assert page[:, :800].max() == 0
    assert page[:, 850:].min() == 255


def png_that_says(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def test_a_page_may_be_40_inches_long_and_no_longer():
    assert pictures.page(pdf_of(2880, 120), ".pdf", 0).grey.shape[0] >= pictures.LEAST_SIDE
    with pytest.raises(FormError, match="40 x 2 inches"):
        pictures.page(pdf_of(2880.1, 120), ".pdf", 0)


REFUSED = {
    "a picture of 30,000 x 30,000 pixels": (png_that_says(30_000, 30_000), ".png", "30,000 x 30,000 pixels"),
    "a picture that is cut off": (lambda grey: encoded(".png", grey)[:900], ".png", "damaged"),
    "a stamp": (lambda grey: encoded(".png", grey[:100, :100]), ".png", "too small"),
    "a text called PNG": (b"hello, world", ".png", "is no picture"),
    "a text called PDF": (b"hello, world", ".pdf", "is no PDF"),
    "half a PDF": (pdf_of(595, 842)[:300], ".pdf", "damaged PDF"),
    "a PDF as large as a house": (pdf_of(7_200, 10_800), ".pdf", "has a page of 100 x 150 inches"),
    "an empty file": (b"", ".jpg", "is empty"),
    "an empty PDF": (b"", ".pdf", "is empty"),
    "a TIFF that turns in a circle": (b"II*\0\x08\0\0\0" + b"\0\0" + b"\x08\0\0\0", ".tif", "is"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_page_is_refused_with_a_reason(kind, grey):
    data, suffix, why = REFUSED[kind]
    data = data(grey) if callable(data) else data
    with pytest.raises(FormError, match=why):
        read_all(data, suffix)


def read_all(data: bytes, suffix: str) -> list[pictures.Picture]:
    return [pictures.page(data, suffix, number) for number in range(pictures.page_count(data, suffix))]


def segment(marker: int, width: int, height: int) -> bytes:
    """Of a JPEG, laid out as a start of frame in grey is (ISO/IEC 10918-1, B.2.2)."""
    return struct.pack(">BBHBHHBBBB", 0xFF, marker, 11, 8, height, width, 1, 1, 0x11, 0)


@pytest.mark.parametrize("marker", [*range(0xC0, 0xD0), 0xDB, 0xE0])
def test_the_size_of_a_jpeg_is_that_of_its_first_frame(marker):
    tables = (0xC4, 0xC8, 0xCC, 0xDB, 0xE0)  # Huffman tables, reserved, arithmetic coding, and what is no frame at all
    data = b"\xff\xd8" + segment(marker, 7, 5) + segment(0xC0, 300, 200)
    assert list(pictures._sizes(data)) == [(300, 200) if marker in tables else (7, 5)]


def test_fill_bytes_before_a_marker_of_a_jpeg_are_skipped():
    data = b"\xff\xd8" + b"\xff" * 3 + segment(0xE0, 7, 5) + b"\xff" + segment(0xC2, 300, 200)
    assert list(pictures._sizes(data)) == [(300, 200)]


def test_where_no_marker_stands_or_a_frame_breaks_off_no_size_is_made_up():
    frame = segment(0xC0, 300, 200)
    assert list(pictures._sizes(b"\xff\xd8\0" + frame[1:])) == []
    assert all(list(pictures._sizes(b"\xff\xd8" + frame[:end])) == [] for end in range(9))


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(tmp_path, grey, monkeypatch):
    path = tmp_path / "scan.png"
    path.write_bytes(encoded(".png", grey))
    monkeypatch.setattr(pictures, "MOST_BYTES", path.stat().st_size)
    assert pictures.page_count(path, ".png") == 1
    monkeypatch.setattr(pictures, "MOST_BYTES", path.stat().st_size - 1)
    with pytest.raises(FormError, match="is larger than"):
        pictures.page_count(path, ".png")


def test_the_size_of_a_png_is_known_once_its_header_is_there():
    data = png_that_says(700, 500)
    assert list(pictures._sizes(data[:24])) == [(700, 500)]
    assert list(pictures._sizes(data[:23])) == []


def test_the_sizes_of_a_tiff_are_those_of_its_pages(grey):
    _, data = cv2.imencodemulti(".tiff", [grey, grey[:450]])
    assert pictures._tiff_sizes(data.tobytes()) == [(400, 500), (400, 450)]


@pytest.mark.parametrize(("width", "height", "fine"), [(300, 300, True), (299, 300, False), (300, 299, False)])
def test_a_page_has_300_pixels_at_least_to_a_side(width, height, fine):
    data = encoded(".png", np.full((height, width), 240, np.uint8))
    if fine:
        assert pictures.page(data, ".png", 0).grey.shape == (height, width)
    else:
        with pytest.raises(FormError, match=f"is {width} x {height} pixels, too small"):
            pictures.page(data, ".png", 0)


def test_a_picture_may_have_as_many_pixels_as_the_limit_and_no_more(grey, monkeypatch):
    data = encoded(".png", grey)
    monkeypatch.setattr(pictures, "MOST_PIXELS", grey.size)
    assert pictures.page(data, ".png", 0).grey.shape == grey.shape
    monkeypatch.setattr(pictures, "MOST_PIXELS", grey.size - 1)
    with pytest.raises(FormError, match="400 x 500 pixels; scan at 200 to 300 dpi"):
        pictures.page(data, ".png", 0)


@pytest.mark.parametrize(("bits", "count", "dpi"), [(1, 1, 300), (8, 1, 200), (1, 2, 200)])
def test_a_page_of_a_pdf_that_is_one_picture_in_black_and_white_is_drawn_finer(bits, count, dpi):
    image = f"/W 8 /H 8 /CS /G /BPC {bits} ID ".encode() + bytes([0x5A] * 8 * bits)
    drawn = b"q 144 0 0 144 0 0 cm BI " + image + b" EI Q "
    page = pictures.page(pdf_of(144, 144, drawn * count), ".pdf", 0)
    assert page.grey.shape == (2 * dpi, 2 * dpi)

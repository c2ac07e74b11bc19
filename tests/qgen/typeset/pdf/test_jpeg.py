"""JPEGs go into a PDF whole, and only those that every viewer can show."""

import cv2
import numpy as np
import pytest

from qgen.typeset.pdf.jpeg import MOST_BYTES, read_jpeg


def made(width=40, height=20, colours=1, *flags):
    shape = (height, width, 3) if colours == 3 else (height, width)
    return cv2.imencode(".jpg", np.full(shape, 200, np.uint8), list(flags))[1].tobytes()


@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("progressive", [0, 1])
def test_grey_and_colour_are_read_baseline_and_progressive(colours, progressive):
    data = made(40, 20, colours, cv2.IMWRITE_JPEG_PROGRESSIVE, progressive)
    found = read_jpeg(data)
    assert (found.width, found.height, found.components, found.data) == (40, 20, colours, data)


GOOD = made()
FRAME = GOOD.index(b"\xff\xc0")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x89PNG\r\n\x1a\n", GOOD[:-2], GOOD[:30], GOOD[:2], b"\xff\xd8\xff" + b"\xff" * 9000,
        GOOD[:FRAME] + b"\xff\xc9" + GOOD[FRAME + 2 :], GOOD[:FRAME] + b"\xff\xc3" + GOOD[FRAME + 2 :],
        GOOD[: FRAME + 4] + b"\x0c" + GOOD[FRAME + 5 :], GOOD[: FRAME + 5] + b"\x75\x30\x75\x30" + GOOD[FRAME + 9 :],
        GOOD[: FRAME + 5] + b"\0\0" + GOOD[FRAME + 7 :], GOOD + b"\0" * MOST_BYTES,
    ],
)  # fmt: skip
def test_what_no_viewer_could_show_is_refused(data):
    with pytest.raises(ValueError, match=r"^is "):
        read_jpeg(data)

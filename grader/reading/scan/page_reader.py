"""What one scanned page says, read in a process of its own, which is told where boxes stand and nothing of the key.

`python -m grader.reading.scan.page_reader` answers lines of JSON; see sandbox.py.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from grader.reading import zipped
from grader.reading.faults import FormError
from grader.reading.sandbox import serve
from grader.reading.scan.combs import cells_of, cut, flags_of, ink_in, offsets
from grader.reading.scan.digits import posteriors, whitened
from grader.reading.scan.free import free_reading
from grader.reading.scan.layout import Box, Layout, from_json
from grader.reading.scan.pictures import MOST_BYTES, Grey, Picture, Source, page, page_count
from grader.reading.scan.readings import Reading, comb_reading
from grader.reading.scan.registration import SCALE, SURE, Code, codes_in, darkness, place_of, straightened

MOST_MEMORY, MOST_SECONDS = 1_000_000_000, 4
AROUND = 5.0 / 7.0  # shown around a box, in its height: 5 mm around a comb
PICTURE_SIDE = 1200  # pixels of a page's picture
LEAST_FOUND = 0.5  # of a page's boxes must be found by their lines where its codes do not place it exactly
CLOSE = 0.6  # mm that the corners of codes are off at most


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """How many `pages` a file has, or what page `number` of it says, or {"fault": why}."""
    try:
        if "names" in request:
            return {"names": zipped.names(Path(request["file"]))}
        source, suffix = _source(request), request["suffix"]
        if "number" not in request:
            return {"pages": page_count(source, suffix)}
        return read_page(page(source, suffix, request["number"]), _layout(request["layout"]))
    except FormError as fault:
        return {"fault": str(fault)}
    except OSError as error:
        return {"fault": f"cannot be read: {error.strerror}"}
    except MemoryError:
        return {"fault": "unpacks to more than is sane for a page; scan it at 200 to 300 dpi"}
    except Exception as error:  # whatever a broken or hostile file makes a library raise
        return {"fault": f"is damaged ({type(error).__name__}); scan it again"}


def read_page(picture: Picture, layout: Layout) -> dict[str, Any]:
    """A page's seal and what its boxes say.

    `seals`: the texts of the codes on it, the commonest first; none on a page that is not ours. `placed`: whether the
    page was found exactly enough to read it. `readings`: item, text, posterior, second, doubtful, flags, and the box
    with what is around it as a JPEG in base64. `picture`: the page.
    """
    codes = codes_in(picture.grey)
    seals = [text for text, _ in Counter(code.text for code in codes).most_common()]
    said: dict[str, Any] = {"seals": seals, "black_white": picture.black_white, "placed": False, "readings": []}
    mine = [code for code in codes if code.text == seals[0]][: len(layout.codes)]
    place = place_of(mine, layout, picture.grey.shape) if mine else None
    if place is None:
        return said | {"picture": _jpeg(_smaller(picture.grey))}
    upright = straightened(picture.grey, place, layout)
    number = _page_of(mine[0])
    boxes = layout.pages[number - 1] if 0 < number <= len(layout.pages) else ()
    dark = darkness(upright)
    places, share = offsets(dark, boxes)
    said["picture"] = _jpeg(_smaller(upright))
    if share < LEAST_FOUND and (place.codes < SURE or place.residual > CLOSE):
        return said
    for box, offset, reading in zip(boxes, places, _read(upright, dark, boxes, places), strict=True):
        crop = _jpeg(_around(upright, box, offset))
        said["readings"].append(
            [box.item, reading.text, round(reading.posterior, 4), reading.second, reading.doubtful, reading.flags, crop]
        )
    return said | {"placed": True}


def _page_of(code: Code) -> int:
    """The number of the page, as its seal says it."""
    return int(code.text.split()[3][1:])


def _read(page: Grey, dark: Grey, boxes: tuple[Box, ...], places: list[tuple[float, float]]) -> list[Reading]:
    """The readings of all boxes; the cells of all combs go through the net at once."""
    combs = [cells_of(page, box, offset) for box, offset in zip(boxes, places, strict=True) if box.digits]
    ends = np.cumsum([len(cells) for cells in combs])
    rows = iter(np.split(posteriors(whitened(np.concatenate(combs))), ends[:-1]) if combs else [])
    return [
        comb_reading(
            next(rows), signed=box.signed, ink=ink_in(dark, box, offset), flags=flags_of(dark, box, offset)
        )
        if box.digits
        else free_reading(dark, box, offset)
        for box, offset in zip(boxes, places, strict=True)
    ]  # fmt: skip


def _around(page: Grey, box: Box, offset: tuple[float, float]) -> Grey:
    around = AROUND * box.height
    left, top = box.left + offset[0] - around, box.top + offset[1] - around
    size = box.width + 2 * around, box.height + 2 * around
    return 255 - cut(255 - page, *(round(length * SCALE) for length in (left, top, *size)))


def _smaller(page: Grey) -> Grey:
    import cv2

    scale = min(1.0, PICTURE_SIDE / max(page.shape))
    return np.asarray(cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _jpeg(picture: Grey) -> str:
    import cv2

    return base64.b64encode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 75])[1].tobytes()).decode()


@lru_cache(maxsize=1)
def _layout(path: str) -> Layout:
    return from_json(json.loads(Path(path).read_text("utf-8")))


@lru_cache(maxsize=1)
def _entry(path: str, entry: int) -> bytes:
    return zipped.content(Path(path), entry, MOST_BYTES)


def _source(request: dict[str, Any]) -> Source:
    return _entry(request["file"], request["entry"]) if "entry" in request else Path(request["file"])


def main() -> None:
    """Answer every line of standard input."""
    import cv2

    cv2.setNumThreads(1)  # another page is read on each processor
    serve(answer, memory=MOST_MEMORY, seconds=MOST_SECONDS)


if __name__ == "__main__":
    main()

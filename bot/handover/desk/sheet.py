"""The summary as a PDF: one A4 page, whatever it holds. Pure apart from the fonts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.fonts import TTFFont

FONT = "Sheet"
# Points tried, the largest first; at the last one even the longest summary of the tests fits.
SIZES = (10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0)
MARGIN = 14.0
LABEL = 46.0
BLUE = (0, 0, 145)
GREY = (221, 221, 232)
ARABIC = ("\u0590", "\u08ff")


class TooLong(Exception):
    """It fits one page at no size that can be read."""


def sheet(summary: Mapping[str, Any], title: str, facts: Sequence[str], fonts: Path) -> bytes:
    """The PDF of a summary. `facts` are said under the title. Raises `TooLong`."""
    for size in SIZES:
        pages = _drawn(summary, title, facts, fonts, size)
        try:
            if pages.page_no() == 1:
                return bytes(pages.output())
        finally:
            # The library keeps the files of its fonts open.
            for font in pages.fonts.values():
                if isinstance(font, TTFFont):
                    font.ttfont.close()
    raise TooLong


def _drawn(summary: Mapping[str, Any], title: str, facts: Sequence[str], fonts: Path, size: float) -> FPDF:
    pages = FPDF(format="A4")
    pages.set_title(title)
    pages.set_lang("fr")
    pages.set_margins(MARGIN, MARGIN, MARGIN)
    pages.set_auto_page_break(True, MARGIN - 4)
    pages.add_font(FONT, "", fonts / "DejaVuSansCondensed.ttf")
    pages.add_font(FONT, "B", fonts / "DejaVuSansCondensed-Bold.ttf")
    # People's own words may be in Arabic: letters that join, right to left. Slower, so only then.
    pages.set_text_shaping(_joins(summary))
    pages.add_page()
    height = size * 0.46
    _words(pages, title, size + 4, bold=True)
    _words(pages, " · ".join(facts), size)
    for section in summary["sections"]:
        pages.ln(height * 0.35)
        pages.set_text_color(*BLUE)
        _words(pages, section["title"], size + 0.5, bold=True)
        pages.set_text_color(0, 0, 0)
        for line in section["lines"]:
            _line(pages, line, size, height)
    return pages


def _joins(summary: Mapping[str, Any]) -> bool:
    values = (line["value"] for section in summary["sections"] for line in section["lines"])
    return any(ARABIC[0] <= char <= ARABIC[1] for value in values for char in value)


def _words(pages: FPDF, text: str, size: float, *, bold: bool = False) -> None:
    pages.set_font(FONT, "B" if bold else "", size)
    pages.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")


def _line(pages: FPDF, line: Mapping[str, Any], size: float, height: float) -> None:
    """Label on the left, value on the right, a thin rule below."""
    top, page = pages.get_y(), pages.page_no()
    pages.set_font(FONT, "B", size)
    pages.multi_cell(LABEL, height, line["label"], new_x="LMARGIN", new_y="NEXT", align="L")
    low = pages.get_y()
    if pages.page_no() == page:
        pages.set_xy(MARGIN + LABEL + 2, top)
    pages.set_font(FONT, "", size)
    parts = line.get("parts") or [line["value"]]
    text = "\n".join(f"• {part}" for part in parts) if len(parts) > 1 else str(line["value"])
    pages.multi_cell(0, height, text, new_x="LMARGIN", new_y="NEXT", align="L")
    pages.set_y(max(low, pages.get_y()))
    pages.set_draw_color(*GREY)
    pages.line(MARGIN, pages.get_y(), pages.w - MARGIN, pages.get_y())

"""Yields a raw table from a sheet of an Excel workbook (.xlsx)."""

import io
import os
import re
import zipfile

import numpy as np

from data import unpacked
from data.errors import DataError, listing, suggestion
from data.tables import header as headers
from data.tables import preamble
from data.tables.cell_text import cell_text
from data.tables.cells import Cells, Growing
from data.tables.raw_table import RawTable

NOT_COMPUTED = re.compile(rb"</f>(<v ?/>|<v></v>)?</c>|<f[^>]*/>(<v ?/>|<v></v>)?</c>")


def read(path, sheet="", header=None, wanted=()):
    """Returns the `RawTable` of a sheet; its rows have the numbers that spreadsheets show.

    Args:
        path: of the file.
        sheet: its name; "" for the only one that is not empty.
        header, wanted: see `delimited.read`.

    Raises:
        DataError: it is no workbook, has no such sheet or several, or formulas in it were never computed.
    """
    name = os.path.basename(path)
    rows = _rows(path, sheet)
    width = max(len(cells) for _, cells in rows)
    rows = [(number, cells + [""] * (width - len(cells))) for number, cells in rows]
    notes = ()
    titles = preamble.titles(rows[: headers.SAMPLE_ROWS], width, header)
    if titles:
        notes += (preamble.passed_over(name, rows[titles][0], rows),)
        rows = rows[titles:]
    if headers.names_columns([cells for _, cells in rows[: headers.SAMPLE_ROWS + 1]], header, wanted):
        names, rows = headers.names_of(path, *rows[0]), rows[1:]
    else:
        names = [str(position) for position in range(1, width + 1)]
        notes += (f"{name} has no header line: its columns are called 1 to {width}.",)
    if not rows:
        raise DataError(f"{path}: only a header line, no rows. Give a table with rows.")
    table = Growing()
    table.add(dict(zip(names, zip(*(cells for _, cells in rows), strict=True), strict=True)), len(rows))
    return RawTable(path, Cells(table.stored()), np.array([number for number, _ in rows]), notes)


def _rows(path, sheet):
    """Pairs of a number and the texts of the cells, of the rows that are not empty."""
    import openpyxl

    content = unpacked.read_bytes(path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked.refuse_too_much(path, sum(one.file_size for one in archive.infolist()), len(content))
            for one in archive.namelist():
                if one.startswith("xl/worksheets/") and NOT_COMPUTED.search(archive.read(one)):
                    raise DataError(
                        f"{path}: holds formulas that were never computed. Open it in a spreadsheet and save it."
                    )
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (*unpacked.BROKEN, KeyError, OSError, openpyxl.utils.exceptions.InvalidFileException) as error:
        raise DataError(f"{path}: not a whole Excel workbook ({error}). Save it again as .xlsx or CSV.") from error
    sheets = {one.title: one for one in book.worksheets}
    if sheet and sheet not in sheets:
        raise DataError(f"{path}: no sheet {sheet!r}.{suggestion(sheet, sheets)} Allowed: {listing(sheets)}.")
    if not sheet:
        filled = [title for title, one in sheets.items() if any(map(any, _cells(one)))]
        if len(filled) != 1:
            what = f"{len(filled)} sheets hold something ({listing(filled)}): name one" if filled else "it is empty"
            raise DataError(f"{path}: {what}{f', such as {path}:{filled[0]}' if filled else ''}. A table is needed.")
        (sheet,) = filled
    rows = [(number, list(map(cell_text, cells))) for number, cells in enumerate(_cells(sheets[sheet]), 1)]
    rows = [row for row in rows if any(row[1])]
    if not rows:
        raise DataError(f"{path}: the sheet {sheet!r} is empty. Give a table of at least a few rows.")
    return rows


def _cells(sheet):
    sheet.reset_dimensions()  # some programs write wrong ones
    return sheet.iter_rows(values_only=True)

"""Reads captions from text: Flickr8k's token file, a table of image and caption, and lists of image names.

token file    1000268201_693b08cb0e.jpg#0<TAB>A child in a pink dress .
table         CSV, TSV or JSON lines with a column of image names and one of captions
list          one image name a line
"""

import os
import re
from dataclasses import replace

from data.captions import caption_json
from data.captions.raw_captions import CaptionRows
from data.errors import DataError, listing, suggestion
from data.images.image_files import READABLE
from data.tables import table_file
from data.text import parallel_text

TOKEN = re.compile(r"(.+?)#\d+\t(.*)")
CAPTION_COLUMNS = ("caption", "captions", "comment", "sentence", "description", "text", "raw")
CLASS = "class"  # a column of this name has the class of each image
FEWEST_WORDS = 2  # a column of captions has at least so many words on average


def read(path, image=None, caption=None):
    """Returns the `RawCaptions` of a token file or a table; which one is read off the first line.

    Args:
        path: of the file.
        image, caption: the columns of a table: a name, a number from 1, or "last"; None to find them by looking.

    Raises:
        DataError: a line or a row cannot be read, or the columns cannot be told.
    """
    extension = os.path.splitext(path.lower().removesuffix(".gz"))[1]
    if extension in {".txt", ".token"}:
        lines, notes = _lines(path, "one caption a line, with its image")
        first = next(line for line in lines if line.strip())
        if TOKEN.fullmatch(first):
            return _tokens(path, lines, notes)
        if "\t" not in first and "," not in first and "|" not in first:
            raise DataError(
                f"{path}:1: neither a token file nor a table. Allowed: 'dog.jpg#0', a tab, the caption; or a table "
                f"with a column of image names and one of captions. Received: {first[:80]!r}."
            )
    return _table(table_file.read(path), image, caption)


def read_names(path):
    """Returns image name -> place of a list of image names, one a line.

    Raises:
        DataError: the file is missing, empty or not text, or a name is there twice.
    """
    lines, _ = _lines(path, "one image name a line")
    names = {}
    for number, line in enumerate(lines, 1):
        name = line.strip()
        if not name:
            continue
        if name in names:
            raise DataError(f"{path}:{number}: {name!r} is also at {names[name]}. Name each image once.")
        names[name] = f"{path}:{number}"
    return names


def is_list(path):
    """Says whether a file is a list of image names, not a file of captions."""
    if os.path.splitext(path.lower().removesuffix(".gz"))[1] not in {".txt", ".lst", ".list", ""}:
        return False
    lines, _ = _lines(path, "one image name a line")
    return not any("\t" in line or "," in line for line in lines[:100])


def _lines(path, content):
    if os.path.isfile(path) and os.path.getsize(path) == 0:
        raise DataError(f"{path}: the file is empty. Give {content}.")
    return parallel_text.lines_of(path)


def _tokens(path, lines, notes):
    rows = CaptionRows(path)
    rows.notes += notes
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        found = TOKEN.fullmatch(line)
        if not found:
            raise DataError(
                f"{path}:{number}: this line is not an image name, #, a number, a tab and a caption. "
                f"Received: {line[:80]!r}. Mend the line."
            )
        rows.add(found[1], found[2], f"{path}:{number}")
    return rows.finish()


def _table(table, image, caption):
    if caption_json.is_results([dict.fromkeys(table.columns)]):
        raise DataError(
            f"{table.path}: a list of image_id and caption is what COCO calls results: it does not name the image "
            f"files. Give the file of annotations, such as captions_val2017.json."
        )
    table = _typed_names(table)
    image = table.column_name(image, "--image") if image else _image_column(table)
    captions = [table.column_name(caption, "--caption")] if caption else _caption_columns(table, image)
    if image in captions:
        raise DataError(f"--image and --caption name the same column. Received: {image} twice. Name two columns.")
    rows = CaptionRows(table.path)
    rows.notes += table.notes
    shown = listing(captions) if len(captions) > 1 else repr(captions[0])
    rows.notes.append(f"{os.path.basename(table.path)}: images are in column {image!r}, captions in {shown}.")
    columns = {column: table.columns[column] for column in (image, *captions)}
    for row in range(len(table)):
        for column in captions:
            text = columns[column][row]
            if text or len(captions) == 1:  # a wide table may have fewer captions for some images
                rows.add(columns[image][row], text, table.place(row))
        if CLASS in table.columns and columns[image][row]:
            rows.name_class(columns[image][row], table.columns[CLASS][row], table.place(row))
    return rows.finish()


def _typed_names(table):
    """The table with "dog.jpg#0" in its columns as "dog.jpg", as Flickr30k's token file has it."""
    columns = dict(table.columns)
    for cells in columns.values():
        if len(cells) and all(re.fullmatch(r".+\.\w+#\d+", str(cell)) for cell in cells):
            cells[:] = [cell.rpartition("#")[0] for cell in cells]
    return replace(table, columns=columns)


def _image_column(table):
    """Returns the column of image names: the only one whose cells end as image files do, or the one called so."""
    found = [name for name, cells in table.columns.items() if _share(cells, _is_image_name) > 0.5]
    if len(found) != 1:
        named = [name for name in table.columns if name.lower() in {"image", "image_name", "filename", "file_name"}]
        found = named if len(named) == 1 else found
    if len(found) != 1:
        raise DataError(
            f"{table.path}: which column names the images? Give --image, one of {listing(table.columns)}. "
            f"{'None holds' if not found else 'More than one holds'} names that end in {' '.join(READABLE)}."
        )
    return found[0]


def _caption_columns(table, image):
    """Returns the columns of captions: those called so, else the only one with several words in its cells."""
    others = [name for name in table.columns if name != image]
    named = [name for name in others if re.sub(r"[\s_\-]*\d*$", "", name.strip().lower()) in CAPTION_COLUMNS]
    texts = [name for name in others if _words(table.columns[name]) >= FEWEST_WORDS]
    found = [name for name in named if name in texts] or texts or named  # captions of one word each, too
    if not named and len(found) > 1 or not found:
        near = suggestion("caption", others)
        raise DataError(
            f"{table.path}: which column holds the captions? Give --caption, one of {listing(others)}.{near}"
        )
    return found


def _is_image_name(cell):
    return str(cell).lower().endswith(READABLE)


def _share(cells, test):
    return sum(map(test, cells)) / max(len(cells), 1)


def _words(cells):
    return sum(len(str(cell).split()) for cell in cells) / max(len(cells), 1)

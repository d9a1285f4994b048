"""Where data is and how to read it, as a user says it: for labelled records, sentence pairs, captions, and masks."""

from dataclasses import dataclass, field
from typing import Literal

from cli.errors import UserError


@dataclass(frozen=True)
class Data:
    """Where the data is, and how to read it."""

    data: str = field(default="digits", metadata={"files": True})
    """a bundled name, a table (.csv .tsv .jsonl .parquet .feather .xlsx, data.sqlite:people; also .gz .zip), a folder
    of images, or tfds:NAME"""
    target: str | None = None
    """table: the column to predict (for autoencoding: that labels the rows): its name, its number from 1, or "last" """
    validation: str | None = field(default=None, metadata={"files": True})
    """your own validation table or folder; otherwise it is carved from the training data"""
    test: str | None = field(default=None, metadata={"files": True})
    """your own test table or folder; otherwise a fifth of the data is held out"""
    header: Literal["yes", "no"] | None = None
    """table: whether its first row names the columns, where that is not seen rightly"""
    group: str | None = None
    """table: rows with the same value in this column stay in one split (a patient, a customer); not used as input"""
    time: str | None = None
    """table: split by this column: earliest rows train, latest rows test; not used as input"""
    columns: str | None = None
    """table: what columns are, where that is not seen rightly: price=number,zip=category,when=date,note=text,junk=out;
    also decimal-point, decimal-comma, day-first, month-first"""
    show_columns: bool = field(default=False, metadata={"names_run": False})
    """table: print what was decided about each column"""
    image_size: int | None = None
    """images: side of the square in pixels; otherwise that of the images if all are equal and at most 256, else 64"""
    download: bool = False
    """tfds: may the dataset be downloaded if it is not prepared yet"""
    augment: Literal["auto", "none", "shift", "flip", "shift-flip", "affine", "strong"] = "auto"
    """images: variation of training images; auto leaves out what would change a label, affine shifts, turns and zooms,
    strong mirrors and changes the light, too"""

    def __post_init__(self):
        if self.image_size is not None and self.image_size < 1:
            raise UserError(f"`--image-size` must be at least 1 pixel. Received: {self.image_size}")


@dataclass(frozen=True)
class TranslationData:
    """Where the sentence pairs are, and how to read them."""

    data: tuple[str, ...] = field(default=("phrases",), metadata={"files": True})
    """phrases; a file with tabs (.tsv .tab .txt) or a table (.csv .jsonl) of pairs; two files, source and target, line
    by line; tfds:NAME. Also .gz"""
    validation: tuple[str, ...] = field(default=(), metadata={"files": True})
    """your own validation pairs, one file or two as --data; otherwise carved from the training pairs"""
    test: tuple[str, ...] = field(default=(), metadata={"files": True})
    """your own test pairs, one file or two as --data; otherwise a tenth of the pairs, 2,000 at most, is held out"""
    source: str | None = None
    """the language or the column to translate from: phrases: a locale (en); a file: a column; tfds: a language"""
    target: str | None = None
    """the language or the column to translate into: phrases: a locale (de); a file: a column; tfds: a language"""
    longest: int = 1000
    """training pairs with a side of more characters are left out, and counted"""
    ratio: float = 9.0
    """training pairs whose longer side has more than this many times the characters of the shorter are left out"""
    download: bool = False
    """tfds: may the dataset be downloaded if it is not prepared yet"""


def captioned_images(config: "CaptionData") -> list[str]:
    """The image files of a setting, wherever they are looked for."""
    from data.captions.caption_source import image_files

    return image_files(config)


@dataclass(frozen=True)
class CaptionData:
    """Where the images and their captions are, and how to read them."""

    data: str = field(default="scenes", metadata={"files": True})
    """scenes; birds; a file of captions: COCO's or Karpathy's JSON, Flickr8k's token file, a table; or tfds:NAME"""
    images: str | None = field(default=None, metadata={"files": captioned_images})
    """the folder of the images; otherwise looked for beside the file of captions"""
    validation: str | None = field(default=None, metadata={"files": True})
    """your own validation split: a list of image names, or a file of captions; otherwise carved from training"""
    test: str | None = field(default=None, metadata={"files": True})
    """your own test split: a list of image names, or a file of captions; otherwise a tenth, 1,000 at most"""
    image: str | None = None
    """a table: the column of image names (a name, a number from 1, or "last"); otherwise found by looking"""
    caption: str | None = None
    """a table: the column of captions; otherwise found by looking"""
    image_size: int | None = None
    """pixels on a side that images are resized to; otherwise what the encoder was trained with, or their own"""
    download: bool = False
    """tfds: may the dataset be downloaded if it is not prepared yet"""


@dataclass(frozen=True)
class ExplanationData(CaptionData):
    """Where the pictures, their classes and their sentences are, and how to read them."""

    data: str = field(default="birds", metadata={"files": True})
    """birds; a file of captions with the class of each picture: COCO's or Karpathy's JSON with "class" for each image,
    or a table with a column of that name"""


@dataclass(frozen=True)
class SegmentationData:
    """Where the pictures and their masks are, and how to read them."""

    data: str = field(default="shapes", metadata={"files": True})
    """shapes; a folder of pictures and masks (images/ and masks/, or as CamVid, Cityscapes, VOC or CVAT have it);
    COCO's JSON; a folder of LabelMe's JSON; or tfds:NAME"""
    images: str | None = field(default=None, metadata={"files": True})
    """COCO's JSON: the folder of the pictures; otherwise looked for beside it"""
    validation: str | None = field(default=None, metadata={"files": True})
    """your own validation split: a folder, a JSON file, or a list of names; otherwise carved from training"""
    test: str | None = field(default=None, metadata={"files": True})
    """your own test split: a folder, a JSON file, or a list of names; otherwise a fifth is held out"""
    ignore: tuple[str, ...] = ()
    """classes, by name or id, whose pixels are void: they count in no loss and no score. 255 is void unless a file
    names it"""
    palette: str | None = field(default=None, metadata={"files": True})
    """file of class names and colours, a line each: "road 128 64 128", "road:128,64,128::" (CVAT's labelmap.txt) or
    "road,128,64,128"; otherwise looked for in the folder"""
    image_size: int | None = None
    """longer side in pixels that larger pictures are scaled down to. Default: 1024; none with --tile"""
    crop: int | None = None
    """side in pixels of the crops that are trained on, a multiple of 32. Default: about the shorter side of the
    pictures, at most 384"""
    augment: Literal["auto", "none", "flip", "scale", "strong"] = "auto"
    """variation of the crops; auto: scale, light, and mirror images unless a class names a side"""
    download: bool = False
    """tfds: may the dataset be downloaded if it is not prepared yet"""

    def __post_init__(self):
        if self.image_size is not None and self.image_size < 32:
            raise UserError(f"`--image-size` must be at least 32 pixels. Received: {self.image_size}")
        if self.crop is not None and (self.crop < 32 or self.crop % 32):
            raise UserError(f"`--crop` must be a multiple of 32 pixels. Received: {self.crop}")

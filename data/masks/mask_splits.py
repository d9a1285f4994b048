"""From pairs of pictures and masks to splits: every mask is read once, checked, and kept small."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from data import duplicates, splitting
from data.errors import DataError, listing
from data.images.images import CORES
from data.images.looks import look
from data.masks import mask_file
from data.masks.class_table import ClassTable, ignored
from data.masks.mask_sources import Pair, RawMasks
from data.masks.masked_images import MOST_CLASSES, VOID, MaskedImages, MaskSplits, ids, packed, standard_palette

CARVED = 0.1  # of the training pictures, for validation: pictures with masks are dear
THREE = (0.7, 0.1, 0.2)  # training, validation, test
GREYED = frozenset({38, 75, 113, 14, 52, 89, 128, 147})
"""What becomes of the first colours of VOC's palette where an image is turned grey."""


class Part:
    """The pictures of a part with the ids that their masks have.

    Attributes:
        images, masks, origins: As in `MaskedImages`.
        counts: int64 (N, 256), pixels of each id.
        palette: Of the first palette image, or None.
    """

    def __init__(self, pairs: list[Pair], table: ClassTable | None):
        looks = look([pair.image for pair in pairs])
        for pair, one in zip(pairs, looks, strict=True):
            if one.why:
                raise DataError(f"{pair.origin}: {one.why}. Repair it, or remove it with its mask.")
        colours = table.by_colour if table else None

        def taken(pair, header):
            found = _read(pair, header.size, colours)
            return packed(found.ids), np.bincount(found.ids.ravel(), minlength=256), found.palette

        with ThreadPoolExecutor(CORES) as pool:
            found = list(pool.map(taken, pairs, [one.header for one in looks]))
        self.images, self.masks = np.empty(len(pairs), object), np.empty(len(pairs), object)
        self.images[:], self.masks[:] = [pair.image for pair in pairs], [mask for mask, _, _ in found]
        self.origins = np.array([pair.origin for pair in pairs], object)
        self.names = [pair.mask if isinstance(pair.mask, str) else pair.origin for pair in pairs]
        self.counts = np.array([counts for _, counts, _ in found])
        self.palette = next((palette for *_, palette in found if palette), None)

    def refuse_unknown(self, known: set[int], told: str) -> None:
        """Raise DataError, with file and pixel, on an id that is neither a class nor void."""
        strange = self.counts.copy()
        strange[:, sorted(known)] = 0
        if not strange.any():
            return
        row = int(np.argmax(strange.any(1)))
        wrong = int(np.argmax(strange[row] > 0))
        where = mask_file.place_of(ids(self.masks[row]), wrong)
        others = np.flatnonzero(strange.any(0))
        hint = ""
        if len(others) > 1 and set(others.tolist()) <= GREYED:
            hint = " These look like the colours of a palette turned into grey: save the masks with their palette."
        raise DataError(
            f"{self.names[row]}: the pixel at {where} has the id {wrong}, which is no class "
            f"({int(strange.any(1).sum())} such file(s), ids {listing(others, 6)}). {told}{hint} `--ignore {wrong}` "
            "makes it void."
        )

    def split(self, rows, index: np.ndarray) -> MaskedImages:
        """Some of the pictures, with a table from ids to class indices."""
        return MaskedImages(self.images[rows], self.masks[rows], self.origins[rows], index)


def _read(pair: Pair, size: tuple[int, int], colours):
    """The mask of a picture. Raises DataError where its size is another."""
    if callable(pair.mask):
        return mask_file.MaskFile(pair.mask(size), None)
    if isinstance(pair.mask, bytes):
        try:
            found = mask_file.of_content(pair.mask, colours)
        except DataError as error:
            raise DataError(f"{pair.origin}: {error}") from None
    else:
        found = mask_file.read(pair.mask, colours)
    if found.ids.shape != tuple(size):
        name = pair.mask if isinstance(pair.mask, str) else pair.origin
        turned = (
            " The picture is turned as its EXIF says, and the mask is not." if found.ids.shape == size[::-1] else ""
        )
        raise DataError(
            f"{name}: the mask is {found.ids.shape[1]} wide and {found.ids.shape[0]} high, and its picture "
            f"{pair.origin} {size[1]} and {size[0]}.{turned} A mask has a value for each pixel of its picture."
        )
    return found


def make(name: str, raw: RawMasks, ignore: tuple[str, ...], seed: int) -> MaskSplits:
    """The splits of a source.

    Its own parts are kept. With "train" and "validation" alone, the latter is the test, and a tenth of the former
    validates. Otherwise a tenth validates and a fifth is the test; equal pictures stay in one part.

    Args:
        name: Of the data.
        raw: Its pairs.
        ignore: Classes whose pixels are void, by name or id.
        seed: Of the random splits.

    Raises:
        DataError: Pictures and masks do not belong together, or an id is no class; with file and pixel.
    """
    parts = {part: Part(pairs, raw.table) for part, pairs in raw.parts.items() if pairs}
    notes = list(raw.notes)
    table = decided(raw.table, parts["train"], ignore, notes, raw.place)
    index = index_of(table)
    for part in parts.values():
        part.refuse_unknown({*table.ids, *table.void}, f"Allowed: {listing(table.ids)} ({table.source}).")
    splits = {part: found.split(np.arange(len(found.masks)), index) for part, found in parts.items()}
    if "validation" in splits and "test" not in splits:
        splits["test"] = splits.pop("validation")
        notes.append(f"The validation part of {raw.place} is the test; validation is carved out of training.")
    train, counts = parts["train"], parts["train"].counts
    missing = splitting.missing_parts(splits)
    if missing:
        shares = {1: (1 - CARVED, CARVED), 2: THREE}[len(missing)]
        if missing == ["test"]:
            shares = (0.8, 0.2)
        keys = duplicates.image_keys(train.images)
        rows = splitting.stratified(np.zeros(len(keys)), shares, seed, groups=keys)
        counts = counts[rows[0]]
        splits |= {part: train.split(own, index) for part, own in zip(("train", *missing), rows, strict=True)}
        notes.append(
            f"{' and '.join(missing).capitalize()}: {shares[1]:.0%} of the training pictures, drawn with seed {seed}."
        )
    keys = [duplicates.image_keys(splits[part].images) for part in ("train", "validation", "test")]
    notes += duplicates.notes("image", keys, [splits[part] for part in ("train", "validation", "test")])
    notes += told(table, counts)
    palette = table.colours or palette_of(table, train.palette)
    return MaskSplits(name, **splits, classes=table.names, palette=palette, notes=tuple(notes))


def whole(raw: RawMasks, ignore: tuple[str, ...]) -> tuple[MaskedImages, tuple[str, ...], list[str]]:
    """All pictures of a source that has one part, else those of its test; the names of its classes, and notes."""
    wanted = next(part for part in ("test", "validation", "train") if raw.parts.get(part))
    part, notes = Part(raw.parts[wanted], raw.table), list(raw.notes)
    table = decided(raw.table, part, ignore, notes, raw.place)
    part.refuse_unknown({*table.ids, *table.void}, f"Allowed: {listing(table.ids)} ({table.source}).")
    return part.split(np.arange(len(part.masks)), index_of(table)), table.names, notes


def index_of(table: ClassTable) -> np.ndarray:
    """uint8 (256,): id -> class index, or `VOID`."""
    index = np.full(256, VOID, np.uint8)
    index[list(table.ids)] = np.arange(len(table.ids))
    return index


def decided(table: ClassTable | None, train: Part, ignore: tuple[str, ...], notes: list[str], place: str) -> ClassTable:
    """The classes: as known, or the ids that the training masks have; without those that are ignored."""
    found = np.flatnonzero(train.counts.any(0)).tolist()
    if table is None:
        binary = set(found) == {0, 255} and "255" not in ignore
        own = found if binary else [one for one in found if one != 255]
        void = () if binary else (255,)
        table = ClassTable(tuple(map(str, own)), tuple(own), None, f"the ids in the masks of {place}", void)
        said = "255 is a class, since 0 is the only other id" if binary else "255 is void"
        notes.append(
            f"No file names the classes: they are the {len(own)} ids of the training masks ({said}). Names stand in "
            "classes.txt, a line each."
        )
    elif table.source.startswith("CamVid") and not set(found) <= {*table.ids, *table.void}:
        return decided(None, train, ignore, notes, place)
    if ignore:
        table = ignored(table, ignore)
    if len(table.ids) < 2 or len(table.ids) > MOST_CLASSES:
        raise DataError(
            f"{place}: the masks have {len(table.ids)} class(es), {listing(table.names)}. A segmentation needs 2 to "
            f"{MOST_CLASSES}: give pictures with another one, or names of the classes in classes.txt."
        )
    return table


def told(table: ClassTable, counts: np.ndarray) -> list[str]:
    """Sentences on the share of void pixels and on classes without a training pixel."""
    total = counts.sum()
    pixels = {name: counts[:, one].sum() for name, one in zip(table.names, table.ids, strict=True)}
    void = 1 - sum(pixels.values()) / max(total, 1)
    found = [f"Void: {void:.1%} of the training pixels, which count nowhere."] if void > 0 else []
    if empty := [name for name, count in pixels.items() if not count]:
        found.append(f"Without a pixel in the training masks, and so never learned: {listing(empty)}.")
    return found


def palette_of(table: ClassTable, palette) -> tuple[tuple[int, int, int], ...]:
    """Colours of the classes: those of the palette of the masks, where they differ, else VOC's."""
    if palette and max(table.ids) < len(palette):
        colours = tuple(tuple(palette[one]) for one in table.ids)
        if len(set(colours)) == len(colours):
            return colours
    return standard_palette(len(table.ids))

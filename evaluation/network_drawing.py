"""A network drawn as the papers draw theirs: a cuboid for each layer, its front as wide as it has channels and as high
as its map; dense layers are bars as high as they have units; branches side by side, shortcuts above.

    svg(rows, input_shapes, title) -> the text of an SVG file
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from evaluation.figures import PALETTE, QUIET
from evaluation.network_blocks import Block, blocks, breaks

WIDTH = 960  # pixels of a line
HIGHEST, WIDEST, BAR = 96.0, 44.0, 7.0  # pixels: of the largest map, of the most channels, of a dense layer
LEAST = 2.5  # pixels of what would vanish
SLANT = 0.22  # of a map's columns, as depth
GAP, LABEL, MARGIN = 11.0, 26.0, 30.0
COLOURS = {
    "input": "#d9dde2", "convolution": PALETTE[5], "grouped": PALETTE[0], "pool": PALETTE[4], "dense": PALETTE[2],
    "join": "#ffffff",
}  # fmt: skip
NAMES = {
    "convolution": "convolution", "grouped": "convolution in groups, or of each channel", "pool": "pooling",
    "dense": "dense",
}  # fmt: skip


@dataclass(frozen=True)
class Scale:
    """Pixels for each row of a map, each channel and each unit of a dense layer."""

    row: float
    channel: float
    unit: float

    @classmethod
    def of(cls, drawn: Sequence[Block]) -> "Scale":
        maps = [block.shape for block in drawn if len(block.shape) == 3]
        units = [block.shape[-1] for block in drawn if len(block.shape) != 3]
        return cls(
            HIGHEST / max((shape[0] for shape in maps), default=1),
            WIDEST / max((shape[-1] for shape in maps), default=1),
            HIGHEST / max(units, default=1),
        )

    def size(self, block: Block) -> tuple[float, float, float]:
        """Width, height and depth of a block's cuboid, of one of its streams."""
        if _colour(block) == "join":
            return 13.0, 13.0, 0.0
        if len(block.shape) != 3:
            return BAR, max(block.shape[-1] * self.unit, LEAST), 2.0
        rows, columns, channels = block.shape
        width, height = channels / block.streams * self.channel, rows * self.row
        return max(width, LEAST), max(height, LEAST), max(columns * self.row * SLANT, 1.0)


@dataclass(frozen=True)
class Place:
    """The line of the drawing that a block is in, its left and right end, the middle of each of its streams, and its
    upper end."""

    line: int
    left: float
    right: float
    heights: tuple[float, ...]
    top: float


def svg(rows: Sequence, input_shapes: Sequence[tuple[int, ...]], title: str) -> str:
    """The drawing of a network as an SVG file that asks for no other.

    Args:
        rows: Of `models.network_table.NetworkTable`.
        input_shapes: Of the network's inputs, without the batch.
        title: What it is.
    """
    drawn = blocks(rows, input_shapes)
    scale = Scale.of(drawn)
    widths = [0.0] * (1 + max(block.column for block in drawn))
    for block in drawn:
        width, _, depth = scale.size(block)
        widths[block.column] = max(widths[block.column], max(width + depth, 24.0) + GAP)
    starts = breaks(drawn, widths, WIDTH - 2 * MARGIN)
    places, height = _places(drawn, scale, widths, starts)
    wide = max(600.0, max(place.right for place in places) + 2 * MARGIN) if len(starts) == 1 else WIDTH
    enlarged = min(1.6, WIDTH / wide)
    parts = [_edge(drawn, places, source, index) for index, block in enumerate(drawn) for source in block.sources]
    parts += [_block(block, place, scale) for block, place in zip(drawn, places, strict=True)]
    parts.append(_legend(scale, height))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {height + 44:.0f}" '
            f'width="{enlarged * wide:.0f}" height="{enlarged * (height + 44):.0f}" '
            'font-family="DejaVu Sans, Arial, sans-serif" font-size="8">',
            f"<title>{escape(title)}</title>",
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            *parts,
            "</svg>",
        ]
    )


def _places(drawn: list[Block], scale: Scale, widths: list[float], starts: list[int]) -> tuple[list[Place], float]:
    """Where each block stands, and the height of all lines."""
    places: list[Place | None] = [None] * len(drawn)
    top = 12.0
    for line, start in enumerate(starts):
        end = starts[line + 1] if line + 1 < len(starts) else len(widths)
        own = [index for index, block in enumerate(drawn) if start <= block.column < end]
        pitches = [0.0] * (1 + max(drawn[index].lane for index in own))
        for index in own:
            _, height, depth = scale.size(drawn[index])
            pitch = drawn[index].streams * (height + depth + 8) + LABEL
            pitches[drawn[index].lane] = max(pitches[drawn[index].lane], pitch)
        arc = 18.0 + max((scale.size(drawn[index])[2] for index in own), default=0.0)
        for index in own:
            block = drawn[index]
            width, height, depth = scale.size(block)
            left = MARGIN + sum(widths[start : block.column]) + (widths[block.column] - width - depth) / 2
            middle = top + arc + sum(pitches[: block.lane]) + (pitches[block.lane] - LABEL) / 2
            apart = height + depth + 8
            heights = (middle - apart / 2, middle + apart / 2) if block.streams == 2 else (middle,)
            places[index] = Place(line, left, left + width, heights, heights[0] - height / 2 - depth)
        top += arc + sum(pitches) + 8
    return places, top


def _edge(drawn: list[Block], places: list[Place], source: int, index: int) -> str:
    """The lines from one block to another: two beside each other where streams stay apart, crossed where they meet."""
    start, end = places[source], places[index]
    apart = drawn[index].row.groups == 2 or drawn[index].row.role == "pool"
    pairs = [(y, z) for y in start.heights for z in end.heights]
    if len(start.heights) == len(end.heights) == 2 and apart:
        pairs = list(zip(start.heights, end.heights, strict=True))
    between = [places[one] for one in _between(drawn, source, index)]
    down = drawn[source].lane > drawn[index].lane  # it comes from a branch below
    lines = []
    for y, z in pairs:
        if start.line == end.line:
            lines.append(_line(start.right, y, end.left, z, [one.top for one in between], down))
        else:  # out at the end of one line of the drawing, in at the beginning of another
            edge, entry = WIDTH - MARGIN + 8, MARGIN - 8
            lines.append(_line(start.right, y, edge, y, [one.top for one in between if one.line == start.line], False))
            lines.append(_line(entry, z, end.left, z, [one.top for one in between if one.line == end.line], False))
    return f'<path d="{"".join(lines)}" fill="none" stroke="{QUIET}" stroke-width="0.8"/>'


def _line(left: float, y: float, right: float, z: float, passed: list[float], down: bool) -> str:
    """From (left, y) to (right, z): above the upper ends of the blocks that it passes, if any, else straight."""
    if passed:
        high, bend = min(passed) - 7, min(14.0, (right - left) / 4)
        return (
            f"M{left:.1f} {y:.1f}C{left + bend:.1f} {y:.1f} {left:.1f} {high:.1f} {left + 2 * bend:.1f} {high:.1f}"
            f"H{right - 2 * bend:.1f}C{right:.1f} {high:.1f} {right - bend:.1f} {z:.1f} {right:.1f} {z:.1f}"
        )
    if down:
        return f"M{left:.1f} {y:.1f}H{max(right - 22, left):.1f}L{right:.1f} {z:.1f}"
    return f"M{left:.1f} {y:.1f}L{min(left + 22, right):.1f} {z:.1f}H{right:.1f}"


def _between(drawn: list[Block], source: int, index: int) -> list[int]:
    """The blocks that stand between two of the same lane."""
    start, end = drawn[source], drawn[index]
    return [
        number
        for number, block in enumerate(drawn)
        if start.lane == end.lane == block.lane and start.column < block.column < end.column
    ]


def _block(block: Block, place: Place, scale: Scale) -> str:
    width, height, depth = scale.size(block)
    parts = [f"<title>{escape(_told(block))}</title>"]
    for middle in place.heights:
        parts.append(_figure(_colour(block), place.left, middle - height / 2, width, height, depth))
        if _colour(block) == "join":
            sign = "+" if block.row.kind == "Add" else "&#215;" if block.row.kind == "Multiply" else "&#8741;"
            parts.append(_text(place.left + width / 2, middle + 3, sign))
    below = place.heights[-1] + height / 2
    for number, line in enumerate(_labels(block)):
        parts.append(_text(place.left + (width + depth) / 2, below + 9 + 9 * number, line))
    return f"<g>{''.join(parts)}</g>"


def _figure(colour: str, x: float, y: float, width: float, height: float, depth: float) -> str:
    """A cuboid with its front at (x, y), a circle for a join."""
    paint = f'fill="{COLOURS[colour]}" stroke="#333333" stroke-width="0.5"'
    if colour == "join":
        return f'<circle cx="{x + width / 2:.1f}" cy="{y + height / 2:.1f}" r="{width / 2:.1f}" {paint}/>'
    right, low = x + width, y + height
    top = f"M{x:.1f} {y:.1f}l{depth:.1f} {-depth:.1f}h{width:.1f}L{right:.1f} {y:.1f}z"
    side = f"M{right:.1f} {y:.1f}l{depth:.1f} {-depth:.1f}v{height:.1f}L{right:.1f} {low:.1f}z"
    front = f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" {paint}/>'
    return f'<path d="{top}" {paint} fill-opacity="0.55"/><path d="{side}" {paint} fill-opacity="0.8"/>{front}'


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#222222">{text}</text>'


def _colour(block: Block) -> str:
    if block.row is None:
        return "input"
    many = block.row.groups > 1 or "Depthwise" in block.row.kind
    return "grouped" if block.row.role == "convolution" and many else block.row.role


def _labels(block: Block) -> list[str]:
    """Below a block: its window with the stride, and its channels or units; of an input its size."""
    if _colour(block) == "join":
        return []
    if block.row is None:
        return ["&#215;".join(map(str, block.shape[:2])), str(block.shape[-1])] if len(block.shape) > 1 else ["input"]
    first = []
    if block.row.window:
        step = max(block.row.strides)
        first = ["&#215;".join(map(str, block.row.window)) + (f"/{step}" if step > 1 else "")]
    channels = block.shape[-1]
    return [*first, f"2&#215;{channels // 2}" if block.streams == 2 else str(channels)]


def _told(block: Block) -> str:
    if block.row is None:
        return f"input {block.shape}"
    row = block.row
    told = f"{row.name}: {row.kind}, output {'x'.join(map(str, row.shape))}, {row.parameters:,} parameters"
    return told if not row.multiply_adds else f"{told}, {row.multiply_adds:,} multiply-adds"


def _legend(scale: Scale, top: float) -> str:
    """What the colours and the sizes mean."""
    parts, x = [], MARGIN
    for colour, name in NAMES.items():
        parts.append(_figure(colour, x, top + 6, 9, 9, 0))
        parts.append(_text(x + 14, top + 14, name, "start"))
        x += 30 + 5.2 * len(name)
    sizes = (
        f"Front: 100 channels are {100 * scale.channel:.1f} pixels wide, 100 rows of the map {100 * scale.row:.0f} "
        f"high; 1,000 units of a dense layer {1000 * scale.unit:.0f} high. Below: window/stride, channels."
    )
    parts.append(_text(MARGIN, top + 32, sizes, "start"))
    return f"<g>{''.join(parts)}</g>"

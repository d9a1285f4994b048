"""Which layers of a network a drawing shows, and where: in columns, by the longest path, and lanes, a branch in each.

Rows are those of `models.network_table`: this file reads their fields and imports nothing of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SHUFFLE = "ChannelShuffle"


@dataclass(frozen=True, eq=False)
class Block:
    """A layer that is drawn.

    Attributes:
        row: Of the table; None for an input.
        shape: Of its output.
        sources: Indices of the blocks that it takes from.
        column, lane: Where it stands.
        streams: 2 where it is drawn as two, as the authors' two GPUs had it; else 1.
    """

    row: object
    shape: tuple[int, ...]
    sources: tuple[int, ...]
    column: int
    lane: int
    streams: int


def blocks(rows: Sequence, input_shapes: Sequence[tuple[int, ...]]) -> list[Block]:
    """The inputs, and the rows with a role; what lies between them is left out. Sources come before their block."""
    shown = [(None, tuple(shape), ()) for shape in input_shapes]
    origin = {number: number for number in range(len(input_shapes))}  # tensor -> block
    for row in rows:
        sources = tuple(dict.fromkeys(origin[number] for number in row.inputs))
        hidden = not row.role or (row.role == "join" and len(sources) == 1)
        if not hidden:
            shown.append((row, row.shape, sources))
        origin |= dict.fromkeys(row.outputs, (sources or (0,))[0] if hidden else len(shown) - 1)
    takers = [[] for _ in shown]
    for index, (_, _, sources) in enumerate(shown):
        for source in sources:
            takers[source].append(index)
    columns = _columns([sources for _, _, sources in shown])
    lanes = _lanes([sources for _, _, sources in shown], takers, columns)
    streams = [_streams(index, shown, takers) for index in range(len(shown))]
    return [Block(*one, *place) for one, place in zip(shown, zip(columns, lanes, streams, strict=True), strict=True)]


def _columns(sources: list[tuple[int, ...]]) -> list[int]:
    """One more than that of the last source."""
    columns: list[int] = []
    for some in sources:
        columns.append(1 + max((columns[one] for one in some), default=-1))
    return columns


def _lanes(sources: list[tuple[int, ...]], takers: list[list[int]], columns: list[int]) -> list[int]:
    """The longest branch goes on in the lane of its source; others get the first one that is free until they join."""
    ahead = [0] * len(sources)  # blocks on the longest way to the end
    for index in reversed(range(len(sources))):
        ahead[index] = 1 + max((ahead[taker] for taker in takers[index]), default=0)
    lanes: list[int | None] = [None] * len(sources)
    busy: list[tuple[int, int, int]] = []  # lane, first and last column
    for index in sorted(range(len(sources)), key=lambda one: (columns[one], -ahead[one])):
        some = sources[index]
        if len(some) > 1:
            lanes[index] = min(lanes[one] for one in some)
            continue
        heir = bool(some) and index == max(takers[some[0]], key=lambda one: (len(sources[one]) == 1, ahead[one]))
        if heir or (not some and index == 0):
            lanes[index] = lanes[some[0]] if some else 0
            continue
        first, last = columns[index], _until(index, sources, takers, columns)
        taken = {lane for lane, begin, end in busy if begin <= last and first <= end}
        lanes[index] = next(lane for lane in range(1, len(sources) + 1) if lane not in taken)
        busy.append((lanes[index], first, last))
    return lanes


def _until(index: int, sources, takers, columns) -> int:
    """The last column of the branch that begins at a block."""
    while takers[index] and len(sources[max(takers[index])]) == 1:
        index = max(takers[index])
    return max((columns[one] for one in takers[index]), default=columns[index] + 1) - 1


def _streams(index: int, shown: list, takers: list[list[int]]) -> int:
    """2 for a layer of two groups, and for one whose output two groups share out, with the pooling between them."""
    row, _, sources = shown[index]
    if row is None or row.role not in ("convolution", "pool"):
        return 1
    if row.groups == 2 or (row.role == "pool" and len(sources) == 1 and _streams(sources[0], shown, takers) == 2):
        return 2
    return 2 if row.role == "convolution" and _shared_out(index, shown, takers) else 1


def _shared_out(index: int, shown: list, takers: list[list[int]]) -> bool:
    """Whether a layer of two groups takes the output of a block, at once or pooled."""
    return any(
        shown[taker][0].groups == 2 or (shown[taker][0].role == "pool" and _shared_out(taker, shown, takers))
        for taker in takers[index]
    )


def breaks(drawn: Sequence[Block], widths: Sequence[float], most: float) -> list[int]:
    """The columns with which a new line begins, so that none is wider than `most`; where one edge crosses, if any."""
    crossing = [set() for _ in widths]  # blocks whose output is still needed in a column
    for block in drawn:
        for source in block.sources:
            for column in range(drawn[source].column + 1, block.column + 1):
                crossing[column].add(source)
    found, start = [0], 0
    while sum(widths[start:]) > most:
        end = start + 1
        while end < len(widths) and sum(widths[start : end + 1]) <= most:
            end += 1
        narrow = [column for column in range(start + 1, end + 1) if len(crossing[column]) == 1]
        late = [column for column in narrow if sum(widths[start:column]) > most / 2]
        start = max(late, default=end)
        found.append(start)
    return found

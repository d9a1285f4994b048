"""What a run says of its data before it trains."""

from dataclasses import asdict


def data_lines(splits, detail: str, *notes: str, unit: str = "records") -> list[str]:
    """The line of the data, with the sizes of its parts and a detail, and a line for each note."""
    parts = {"training": splits.train, "validation": splits.validation, f"test {unit}": splits.test}
    counts = ", ".join(f"{len(part):,} {name}" for name, part in parts.items())
    return [f"data    {splits.name}: {counts}, {detail}", *(f"        {note}" for note in (*splits.notes, *notes))]


def columns(splits) -> list[dict]:
    """What was decided about each column of a table, as preparing.json has it; none for other data."""
    return [asdict(one) for one in splits.columns]

"""Answers of a run as CSV, JSON lines or plain text."""

import csv
import io
import json
import sys


def write(rows: list[dict], output: str | None) -> None:
    """Write the answers to a file, by its ending .csv, .jsonl, or translations alone; None for CSV on the screen."""
    if output is None:
        sys.stdout.write(table(rows))
        return
    if output.endswith(".jsonl"):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    else:
        text = table(rows) if output.endswith(".csv") else "".join(row["translation"] + "\n" for row in rows)
    with open(output, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    print(f"predictions={len(rows)} output={output}")


def table(predictions: list[dict]) -> str:
    """CSV with a column per key; a list `top` becomes label_2, probability_2, label_3, ..."""
    rows = [flat(row) for row in predictions]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0] if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def flat(row: dict) -> dict:
    """An answer without its list `top`, whose entries from the second on become columns."""
    columns = {name: value for name, value in row.items() if name != "top"}
    for rank, entry in enumerate(row.get("top", [])[1:], start=2):
        columns |= {f"{name}_{rank}": value for name, value in entry.items()}
    return columns

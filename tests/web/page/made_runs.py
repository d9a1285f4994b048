"""Runs of every kind of answer as the page sees them, made without training, and what a server would answer.

What a user gave, names of classes, columns and files, holds what a careless page would run.
"""

import json
from datetime import date
from pathlib import Path

import numpy as np
import tensorflow as tf

from export import examples
from tasks.autoencode.schema import schema
from training.run_directory import RunDirectory

PLANTED = "<script>window.planted = 1</script><img src=x onerror='window.planted = 1'>"
PLANTED_FILE = "<img src=x onerror='window.planted = 1'>.csv"
DAY = float((date(2024, 5, 31) - date(1970, 1, 1)).days)
NUMBER = {"kind": "number", "mean": 50.0, "std": 10.0, "median": 50.0, "quartiles": 0.0, "missing": False}
NUMBER |= {"form": "plain", "absent": [], "double": False}
COLUMNS = [
    {**NUMBER, "name": "age"},
    {**NUMBER, "name": f"net income {PLANTED}", "missing": True},
    {**NUMBER, "name": "opens", "form": "14:05"},
    {"kind": "category", "name": "town", "words": ["Bonn", "Köln", PLANTED], "other": True, "missing": True},
    {"kind": "date", "name": "since", "hours": [], "missing": False},
    {"kind": "date", "name": "called", "hours": [9, 14], "missing": False},
    {"kind": "text", "name": "note", "words": ["good"]},
]
DECIDED = [
    {"name": "age", "use": "input", "smallest": 18.0, "largest": 90.0},
    {"name": "since", "use": "input", "smallest": "2010-01-01", "largest": "2024-12-25"},
    {"name": f"buys {PLANTED}", "use": "target", "smallest": 0.0, "largest": 200.0},
]
TABLE = {"kind": "table", "prepare": {"columns": COLUMNS}, "columns": DECIDED}
IMAGE = {"kind": "image", "prepare": {"size": [8, 8], "channels": 3}}
PREPARING = {
    "classify": {**IMAGE, "classes": ["cat", PLANTED]},
    "regress": {**TABLE, "target": f"buys {PLANTED}", "decode": {"level": 0.9}},
    "autoencode": {**TABLE, "classes": []},
    "pictures": {**IMAGE, "classes": []},
    "translate": {"kind": "text", "languages": ["en", "de"]},
    "caption": {"kind": "caption"},
    "explain": {"kind": "explain", "classes": ["finch", PLANTED]},
    "segment": {"kind": "image", "classes": ["ground", PLANTED], "palette": [[0, 0, 0], [200, 30, 30]]},
}
"""Name of a made run -> its preparing.json. Each is of the app of its name, "pictures" of apps.autoencode."""
ROW = {
    "age": 41.0,
    f"net income {PLANTED}": np.nan,
    "opens": 545.0,
    "town": PLANTED,
    "since": DAY,
    "called": DAY + 0.375,
    "note": PLANTED,
}
REMADE = [name for _, name in schema(TABLE).answer.columns]
ANSWERS = {
    "classify": {"label": PLANTED, "probability": 0.75, "probabilities": [0.25, 0.75]},
    "regress": {"prediction": 50.0, "std": 5.0, "lower": 40.0, "upper": 60.0},
    "autoencode": {"code": [0.5, -1.25], "anomaly_score": 0.04, **dict.fromkeys(REMADE, 50.0)},
    "pictures": {"code": [0.5], "anomaly_score": 0.04, "image": np.full((8, 8, 1), 120.4).tolist()},
    "translate": {"translation": f"Zwei Hunde {PLANTED}", "score": -0.5, "complete": True, "unknown": 1},
    "caption": {"caption": f"a cat {PLANTED}", "score": -0.5, "complete": False},
    "explain": {
        "class": "finch",
        "probability": 0.9,
        "explanation": f"This is a finch because {PLANTED}.",
        "complete": True,
        "told": 0.8,
        "not": PLANTED,
        "counter": "It would be one if it sang.",
    },
    "segment": {"ids": np.eye(8, 9, dtype=int).tolist(), "confidence": np.full((8, 9), 0.9).tolist(), "size": [8, 8]},
}
LOOKED = {
    "explain": {"counter": "It would be a finch if it were small."},
    "translate": {
        "translation": "Zwei Hunde",
        "source_pieces": ["▁two", "▁dogs", "</s>", ""],
        "target_pieces": [PLANTED, "▁Hunde"],
        "attention": [[0.9, 0.1, 0.0, 0.0], [0.2, 0.8, 0.0, 0.0]],
    },
    "caption": {"caption": "a cat", "pieces": ["▁a", PLANTED, ""], "attention": np.eye(3, 4).reshape(3, 2, 2).tolist()},
}
"""Answers of the signatures `attention` and `why_not`."""


def write(folder: Path, name: str) -> RunDirectory:
    """A made run of `PREPARING`, without a network."""
    run = RunDirectory(folder / name)
    run.path.mkdir()
    app = "autoencode" if name == "pictures" else name
    run.write_json("config.json", {"app": app, "data": {"data": f"/home/me/{PLANTED_FILE}"}})
    run.write_json("preparing.json", PREPARING[name])
    (run / "examples.json").write_text(json.dumps(examples.as_json(_examples(name))), "utf-8")
    return run


def _examples(name: str) -> dict[str, np.ndarray]:
    if name == "translate":
        return {"text": _column(["Two dogs.", PLANTED])}
    if "columns" in PREPARING[name]:
        return {key: _column([value] * 2) for key, value in ROW.items()}
    pixels = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), np.uint8)
    return {"image": _column([tf.io.encode_png(one).numpy() for one in pixels])}


def _column(values: list) -> np.ndarray:
    if isinstance(values[0], float):
        return np.array(values, np.float64)
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found

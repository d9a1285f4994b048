"""Made-up trials of a search: the score is known, some are pruned, some failed."""

import math
from random import Random

RANGES = {
    "learning_rate": {"low": 1e-4, "high": 0.1, "log": True},
    "batch_size": {"choices": [16, 32, 64, 128]},
    "activation": {"choices": ["relu", "elu", "tanh"]},
    "dropout": {"low": 0.0, "high": 0.6, "log": False},
    "batch_norm": {"choices": [False, True]},
    "hidden_width": {"low": 16, "high": 512, "log": True},
}


def loss(values: dict) -> float:
    """Least, 0.1, at a rate of 0.004 and no dropout."""
    distance = math.log10(values["learning_rate"] / 0.004)
    return 0.1 + 0.3 * distance**2 + 0.2 * values["dropout"] + 0.05 * (values["activation"] == "tanh")


def trials(count: int, rounds: int = 0, seed: int = 0) -> list[dict]:
    """The default and `count` trials, in `rounds` of ever narrower rates, if any."""
    random, found = Random(seed), [record(0, {}, 0.45)]
    for number in range(1, count + 1):
        place = (number - 1) * rounds // count if rounds else None
        width = 0.5 ** (place or 0)
        low, high = 10 ** (-2.4 - 1.5 * width), 10 ** (-2.4 + 1.5 * width)
        values = {
            "learning_rate": 10 ** random.uniform(math.log10(low), math.log10(high)),
            "batch_size": random.choice([16, 32, 64, 128]),
            "activation": random.choice(["relu", "elu", "tanh"]),
            "dropout": random.uniform(0, 0.6),
            "batch_norm": random.random() < 0.5,
            "hidden_width": round(16 * 32 ** random.random()),
        }
        one = record(number, values, loss(values))
        if rounds:
            choices = {name: span["choices"] for name, span in RANGES.items() if "choices" in span}
            ranges = {"learning_rate": [low, high], "dropout": [0.0, 0.6 * width], "hidden_width": [16, 512], **choices}
            one |= {"round": place, "ranges": ranges}
        if number % 7 == 5:
            one |= {"status": "failed", "score": None, "scores": [], "history": [], "error": "ValueError: too wide"}
        elif number % 5 == 4:
            one |= {"status": "pruned", "history": one["history"][:4]}
            one["score"] = one["history"][-1]["val_loss"]
        found.append(one)
    return found


def record(number: int, values: dict, score: float) -> dict:
    """A trial as a search writes it down."""
    history = [{"epoch": e, "loss": score + 1 / e, "val_loss": score + 1.2 / e - 0.12} for e in range(1, 11)]
    return {
        "number": number,
        "values": values,
        "status": "completed",
        "score": score,
        "scores": [score],
        "history": history,
        "seconds": 3.0,
        "seed": number,
        "round": None,
        "error": "",
        "ranges": None,
    }

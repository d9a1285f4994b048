"""Explain the answers of a trained run.

    python -m apps.explain runs/classify/NAME photo.jpg
    python -m apps.explain runs/classify/NAME photos/ --class cat --html why.html
    python -m apps.explain runs/classify/NAME new-people.csv --output why.jsonl
    python -m apps.explain runs/classify/NAME --text "A splendid film." "What a bore."
    python -m apps.explain runs/regress/NAME houses.csv --most 5

A sentence comes out per record, and a page: pictures with the places that speak for the class (occlusion, Grad-CAM) and
for it against the runner-up, rows of a table with what each column adds to the answer (Shapley values against training
rows), texts with the words that carry it. `--class` asks for another class than the predicted one: why not that.
Files are read as by apps.predict; what cannot be read is named and skipped, and the exit code is then 3.
"""

from cli.run import run
from tasks.question import Question


def main(config: Question) -> list:
    """Explain every record; return the `evaluation.explanation.Explanation` of each."""
    from tasks.asking_why import explained

    return explained(config)


if __name__ == "__main__":
    run(main, "python -m apps.explain")

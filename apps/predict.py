"""Predict with a trained run.

    python -m apps.predict runs/classify/NAME photo.jpg
    python -m apps.predict runs/classify/NAME photos/ --output predictions.csv
    python -m apps.predict runs/classify/NAME new-people.csv --top 2 --output predictions.jsonl
    python -m apps.predict runs/translate/NAME new.en --output new.de
    python -m apps.predict runs/translate/NAME --text "Two dogs run." --top 3
    python -m apps.predict runs/caption/NAME photos/ --output captions.csv

Images are files or folders (searched in depth), tables are CSV, TSV or JSON lines with the columns of the training
table, texts are files of one sentence a line (.gz is read). One row comes out per record: its origin, the label, the
translation or the caption, its probability or score, and the next best ones; an output that does not end in .csv or
.jsonl gets translations alone, a line each. Nothing is written unless every record can be read; a captioner names and
skips the images that cannot.
"""

from cli.run import run
from tasks.request import Prediction


def main(config: Prediction) -> list[dict]:
    """Predict every record and write the rows; return them as dicts: origin, and what the run answers."""
    from tasks.answers import refuse_overwriting, write
    from tasks.trained import read

    refuse_overwriting(config.files, config.output)
    rows = read(config.run).answers(config)
    write(rows, config.output)
    return rows


if __name__ == "__main__":
    run(main, "python -m apps.predict")

"""Predict with a trained run.

    python -m apps.predict runs/classify/NAME photo.jpg
    python -m apps.predict runs/classify/NAME photos/ --output predictions.csv
    python -m apps.predict runs/classify/NAME new-people.csv --top 2 --output predictions.jsonl
    python -m apps.predict runs/translate/NAME new.en --output new.de
    python -m apps.predict runs/translate/NAME --text "Two dogs run." --top 3
    python -m apps.predict runs/caption/NAME photos/ --output captions.csv

Images are files or folders (searched in depth): JPEG, PNG, GIF, WEBP, BMP, TIFF. Tables are CSV, TSV or JSON lines with
the columns of the training table, texts are files of one sentence a line (.gz is read). One row comes out per record:
its origin, the label, the translation or the caption, its probability or score, and the next best ones; an output that
does not end in .csv or .jsonl gets translations alone, a line each. Images that cannot be read are named and skipped;
the exit code is then 3. Of a table or a text nothing is written unless every record can be read.
"""

from cli.errors import Incomplete
from cli.run import run
from tasks.request import Prediction


def main(config: Prediction) -> list[dict]:
    """Predict every record and write the rows; return them as dicts: origin, and what the run answers.

    Raises Incomplete, once the others are written, where images cannot be read.
    """
    from tasks.answers import refuse_overwriting, write
    from tasks.trained import read

    refuse_overwriting(config.files, config.output)
    try:
        rows = read(config.run).answers(config)
    except Incomplete as partly:
        write(partly.rows, config.output)
        raise
    write(rows, config.output)
    return rows


if __name__ == "__main__":
    run(main, "python -m apps.predict")

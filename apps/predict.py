"""Predict with a trained run.

    python -m apps.predict runs/classify/NAME photo.jpg
    python -m apps.predict runs/classify/NAME photos/ --output predictions.csv
    python -m apps.predict runs/classify/NAME new-people.csv --top 2 --output predictions.jsonl
    python -m apps.predict runs/classify/NAME reviews.txt
    python -m apps.predict runs/classify/NAME --text "A splendid film." "What a bore."
    python -m apps.predict runs/translate/NAME new.en --output new.de
    python -m apps.predict runs/translate/NAME --text "Two dogs run." --top 3
    cat new.en | python -m apps.predict runs/translate/NAME - --output /dev/stdout
    python -m apps.predict runs/caption/NAME photos/ --output captions.csv
    python -m apps.predict runs/segment/NAME photos/ --masks masks/ --coco regions.json
    python -m apps.predict runs/explain/NAME photos/ --class "island finch"

Images are files or folders (searched in depth): JPEG, PNG, GIF, WEBP, BMP, TIFF. Tables are CSV, TSV or JSON lines with
the columns of the training table, texts are files of one a line (.gz is read): sentences for a translator, and .txt for
a run whose only input is a column of text. `-` is standard input; pipes are read like files. One row comes out per
record: its origin, the label, the translation or the caption, its probability or score, and the next best ones. An
output ends in .csv, .tsv or .jsonl, also with .gz; a translator's other endings get translations alone, a line each. In
CSV a text that a spreadsheet would take for a formula gets a `'` before it. What cannot be read is named and skipped,
and the exit code is then 3: images, rows of a table, and sentences that are too long, whose translation is left empty.
"""

from dataclasses import replace

from cli.errors import Incomplete
from cli.run import run
from tasks.request import Prediction, refuse_mask_flags


def main(config: Prediction) -> list[dict]:
    """Predict every record and write the rows; return them as dicts: origin, and what the run answers.

    Raises Incomplete, once the others are written, where some records cannot be read.
    """
    from tasks import streams
    from tasks.answers import require_output, write
    from tasks.trained import read

    require_output(config.files, config.output)
    skipped = None
    with streams.kept(config.files) as (files, stream):
        try:
            trained = read(config.run)
            if not getattr(trained, "writes_masks", False):
                refuse_mask_flags(config)
            if not getattr(trained, "explains", False):
                config.refuse_class_flag()
            rows = trained.answers(replace(config, files=files))
        except Incomplete as error:
            rows, skipped = error.rows, error
        rows = [{**row, "origin": stream.told(row["origin"])} for row in rows]
        write(rows, config.output)
        if skipped:
            raise skipped
    return rows


if __name__ == "__main__":
    run(main, "python -m apps.predict")

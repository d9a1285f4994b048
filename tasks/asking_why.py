"""Explains the records that a user asks for, and writes the page and the numbers."""

import json
import os
from collections.abc import Sequence
from dataclasses import replace

from cli.errors import UserError
from tasks import streams
from tasks.answers import require_output, write_whole
from tasks.question import Question
from tasks.scores import READ_ONLY
from training.run_lock import held

PAGE = "explanation.html"
TITLE = "Why "
MARK, START = f"<title>{TITLE}".encode(), 2000  # by which a page of this command is known, and where it stands
NUMBERS = (b'{"origin"',)
OTHER = {
    "segment": "the mask is the answer for each pixel; `python -m apps.predict RUN FILES --masks FOLDER` writes it",
    "autoencode": "its anomaly score and its code are answers of `python -m apps.predict RUN FILES`, and its report "
    "shows what is reconstructed",
    "translate": "its report shows where each word of a translation looked",
    "caption": "its report shows where in the picture each word looked",
    "explain": "its sentences are answers of `python -m apps.predict RUN FILES`",
}
"""Runs that are not explained -> what there is instead."""


def subject_of(trained, run: str):
    """The `Subject` of a finished run. Raises UserError on a run of another kind, by name."""
    subject = getattr(trained, "subject", None)
    if subject is None:
        app = trained.directory.read_json("config.json").get("app")
        instead = f": {OTHER[app]}" if app in OTHER else ""
        raise UserError(
            f"{run}: is a run of apps.{app}, and runs of apps.classify and apps.regress are explained{instead}."
        )
    return subject


def explained(question: Question) -> list:
    """An `Explanation` for each record that can be read; the sentences are printed, the page is written.

    Raises:
        UserError: There is no such run, file, column or class, or an output cannot be written.
        Incomplete: Once the others are explained, where some records cannot be read.
    """
    from tasks.asked_images import complete
    from tasks.explaining import explain, require_class
    from tasks.records import requested
    from tasks.trained import read

    require_output(question.files, question.output, NUMBERS)
    require_page(question)
    found, skipped, left = [], [], 0
    with streams.kept(question.files) as (files, stream):
        trained = read(question.run)
        subject = subject_of(trained, question.run)
        require_class(subject, question.asked)
        require_pictures(subject, question)
        asked = replace(question.prediction(), files=files)
        for inputs, origins in requested(asked, subject.prepare, skipped):
            few = slice(question.most - len(found))
            some, names = {name: values[few] for name, values in inputs.items()}, origins[few]
            left += len(origins) - len(names)
            if len(names):
                told = [stream.told(str(name)) for name in names]
                found += explain(subject, some, told, question.asked, patch=question.patch)
    for one in found:
        print(f"{one.origin}: {one.sentence}")
    if left:
        print(f"The first {len(found)} records were explained; `--most {len(found) + left}` explains all.")
    if question.output:
        lines = (json.dumps(one.record(), ensure_ascii=False) for one in found)
        write_whole(question.output, "".join(f"{line}\n" for line in lines).encode())
    print(write_page(question, trained.directory, found))
    return complete(found, skipped)


def require_pictures(subject, question: Question) -> None:
    """Raise UserError on a patch where there are no pictures, or one that hides a whole picture."""
    if question.patch is None:
        return
    if not subject.is_picture:
        raise UserError(
            f"`--patch` hides places of pictures, and {question.run} is a run on a table. Leave it out. Received: "
            f"{question.patch}"
        )
    side = min(subject.prepare.size)
    if question.patch >= side:
        raise UserError(
            f"`--patch` must be below the shorter side of the network's pictures, {side} pixels. Received: "
            f"{question.patch}"
        )


def require_page(question: Question) -> None:
    """Raise UserError where the page cannot be written, or would replace what is none: before the work."""
    try:
        require_output(question.files, question.html)
    except UserError as error:
        raise UserError(str(error).replace("`--output`", "`--html`")) from error
    if question.html and os.path.exists(question.html):
        with open(question.html, "rb") as file:
            if MARK not in file.read(START):
                raise UserError(
                    f"`--html`: {question.html} is there and was not written by this command. Move it, or name "
                    "another file."
                )


def write_page(question: Question, directory, found: Sequence) -> str:
    """Write the page; return where it is, in words.

    A folder that cannot be written, of a run that many share, is no error: the sentences are on the screen.
    """
    from evaluation import report, why_report

    path = question.html or directory / PAGE
    title, many = f"{TITLE}{directory.path.name}", f"{len(found):,} records" if len(found) > 1 else "1 record"
    sections = why_report.sections(found)
    try:
        if question.html:
            report.write(path, title, f"{many} explained", sections)
        else:
            with held(directory.path):
                report.write(path, title, f"{many} explained", sections)
    except OSError as error:
        if question.html or error.errno not in READ_ONLY:
            raise
        return f"no page: {directory.path}: {error.strerror}. `--html PAGE.html` writes it elsewhere."
    return f"page written to {path}"

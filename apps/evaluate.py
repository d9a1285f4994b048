"""Score a trained run on other data.

    python -m apps.evaluate runs/classify/NAME                          its own test split again
    python -m apps.evaluate runs/classify/NAME --data survey-2025.csv   every row of another table
    python -m apps.evaluate runs/classify/NAME --data photos/holiday    every image of another folder of class folders
    python -m apps.evaluate runs/classify/NAME --data tfds:mnist        the test split of a dataset
    python -m apps.evaluate runs/translate/NAME --data new.en new.de    every pair of two files, or of one with tabs
    python -m apps.evaluate runs/caption/NAME --data captions.csv       every image that the file names
    python -m apps.evaluate runs/segment/NAME --flip-test               with the mean of picture and mirror image

Classes are matched by name; the target of a regression is in the units of training. The scores go to
evaluation-NAME.json in the run's folder (of other data of the same name to evaluation-NAME-2.json), or to `--output`;
the last line gives them.
"""

from cli.run import run
from tasks.request import Evaluation, refuse_mask_flags


def main(config: Evaluation) -> dict[str, float]:
    """Score the run, print and write the scores, and return them."""
    from tasks.scores import record, require_place
    from tasks.trained import read

    require_place(config)
    trained = read(config.run)
    if getattr(trained, "writes_masks", False):
        trained = trained.asked(config)
    else:
        refuse_mask_flags(config)
    name, part = trained.part(config)
    scores, details = trained.score(part)
    print(record(trained.directory, name, config, {"rows": len(part), "scores": scores, **details}))
    print(" ".join([f"rows={len(part)}", *(f"{key}={value:.6g}" for key, value in scores.items())]))
    return scores


if __name__ == "__main__":
    run(main, "python -m apps.evaluate")

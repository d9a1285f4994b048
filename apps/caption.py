"""Captioning: images with captions in; a network that describes images, its scores, a report and a SavedModel out.

    python -m apps.caption                                               drawn scenes, their right captions all known
    python -m apps.caption --data captions.json --images photos/         COCO's or Karpathy's JSON
    python -m apps.caption --data Flickr8k.token.txt --images Images --test Flickr_8k.testImages.txt
    python -m apps.caption --data captions.csv transformer               a column of image names, one of captions
    python -m apps.caption --data captions.csv --encoder stem            no pretrained network
    python -m apps.predict runs/caption/NAME photos/                     a caption for each photograph

For photographs the features of a pretrained network are computed once and kept on disk; for scenes a small stem is
learned from scratch. The weights that are kept have the best CIDEr on the validation images (scenes: the most exact
captions), and the test images are captioned once, by beam search. Everything about a run is in its folder
(runs/caption/NAME): type the same command again to go on after an interruption, or to see the results; `--fresh` trains
anew.
"""

from cli.run import run
from tasks import course
from tasks.caption import TASK
from tasks.caption.config import Config


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split."""
    return course.run(TASK, config)


if __name__ == "__main__":
    run(main, "python -m apps.caption")

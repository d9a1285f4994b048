"""Segmentation: pictures with masks in; a network that finds the class of each pixel, its report and SavedModel out.

    python -m apps.segment                                               drawn shapes, three minutes: mIoU above 0.9
    python -m apps.segment --data street/                                images/ and masks/, or CamVid's, VOC's layout
    python -m apps.segment --data street/ --ignore void --class-weights median deeplab
    python -m apps.segment --data instances_train.json --images train2017/
    python -m apps.segment --data aerial/ --tile 512 --flip-test unet
    python -m apps.predict runs/segment/NAME photos/ --masks answers/    masks with a palette, and overlays

Everything about a run is in its folder (runs/segment/NAME): type the same command again to go on after an interruption,
or to see the results; `--fresh` trains anew.
"""

from cli.run import run
from tasks import course
from tasks.segment import TASK
from tasks.segment.config import Config


def main(config: Config) -> dict[str, float]:
    """Train, score, report, export; return the figures of the test split."""
    return course.run(TASK, config)


if __name__ == "__main__":
    run(main, "python -m apps.segment")

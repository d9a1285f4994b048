"""Segmentation: pictures in; the class of each of their pixels out."""

from tasks.segment.config import OBJECTIVES, TINY, Config
from tasks.segment.page import FILES, page
from tasks.segment.prepared import load, prepare
from tasks.segment.results import score, told
from tasks.segment.schema import schema
from tasks.segment.trained import TrainedSegmenter
from tasks.segment.training import measure, train
from tasks.task import Task

TASK = Task(
    name="segment",
    config=Config,
    tiny=TINY,
    objectives=OBJECTIVES,
    files=FILES,
    load=load,
    prepare=prepare,
    train=train,
    measure=measure,
    score=score,
    page=page,
    told=told,
    restore=TrainedSegmenter.of,
    schema=schema,
)

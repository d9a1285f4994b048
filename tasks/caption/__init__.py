"""Captioning: images with captions in; a network that describes images out."""

from tasks.caption.config import OBJECTIVES, TINY, Config
from tasks.caption.page import FILES, page
from tasks.caption.prepared import load, prepare
from tasks.caption.results import score, told
from tasks.caption.schema import schema
from tasks.caption.trained import TrainedCaptioner
from tasks.caption.training import measure, train
from tasks.task import Task

TASK = Task(
    name="caption",
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
    restore=TrainedCaptioner.of,
    schema=schema,
)

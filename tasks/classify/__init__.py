"""Classification: a table or images in; classes with probabilities out."""

from tasks.classify.config import OBJECTIVES, TINY, Config
from tasks.classify.page import FILES, page
from tasks.classify.prepared import load, prepare
from tasks.classify.results import row_losses, score, told
from tasks.classify.schema import schema
from tasks.classify.trained import TrainedClassifier
from tasks.classify.training import measure, train
from tasks.task import Task

TASK = Task(
    name="classify",
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
    restore=TrainedClassifier.of,
    schema=schema,
    row_losses=row_losses,
)

"""Regression: a table in; numbers with intervals out."""

from tasks.regress.config import OBJECTIVES, TINY, Config
from tasks.regress.page import FILES, page
from tasks.regress.prepared import load, prepare
from tasks.regress.results import row_losses, score, told
from tasks.regress.schema import schema
from tasks.regress.trained import TrainedRegressor
from tasks.regress.training import measure, train
from tasks.task import Task

TASK = Task(
    name="regress",
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
    restore=TrainedRegressor.of,
    schema=schema,
    row_losses=row_losses,
)

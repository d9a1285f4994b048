"""Visual explanations: pictures with classes and sentences in; a network that says why a picture is of its class."""

from tasks.explain.config import OBJECTIVES, TINY, Config
from tasks.explain.page import FILES, page
from tasks.explain.prepared import load, prepare
from tasks.explain.results import score, told
from tasks.explain.schema import schema
from tasks.explain.trained import TrainedExplainer
from tasks.explain.training import measure, train
from tasks.task import Task

TASK = Task(
    name="explain",
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
    restore=TrainedExplainer.of,
    schema=schema,
)

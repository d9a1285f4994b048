"""Translation: pairs of sentences in; a translator out."""

from tasks.task import Task
from tasks.translate.config import OBJECTIVES, TINY, Config
from tasks.translate.page import FILES, page
from tasks.translate.prepared import load, prepare
from tasks.translate.results import score, told
from tasks.translate.schema import schema
from tasks.translate.trained import TrainedTranslator
from tasks.translate.training import measure, train

TASK = Task(
    name="translate",
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
    restore=TrainedTranslator.of,
    schema=schema,
)

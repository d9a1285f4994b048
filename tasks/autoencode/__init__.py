"""Autoencoding: a table or images in; a network that codes and rebuilds each record out."""

from tasks.autoencode.config import OBJECTIVES, TINY, Config
from tasks.autoencode.page import FILES, page
from tasks.autoencode.prepared import load, prepare
from tasks.autoencode.results import score, told
from tasks.autoencode.schema import schema
from tasks.autoencode.trained import TrainedAutoencoder
from tasks.autoencode.training import measure, train
from tasks.task import Task

TASK = Task(
    name="autoencode",
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
    restore=TrainedAutoencoder.of,
    schema=schema,
)

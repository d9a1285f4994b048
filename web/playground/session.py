"""One page's network, trained by a thread of its own, and what the page is sent."""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

from cli.errors import UserError
from web.playground import dataset, frame, own_table
from web.playground.own_table import OwnTable
from web.playground.settings import Settings, read
from web.playground.training import Training

PICTURE = 0.03  # seconds of training, at most, between two pictures
SLOWEST = 1 / 30  # seconds, at least, between two pictures
PATIENCE = 10 * 60  # seconds without a request after which a session ends that trains for no page


class Session:
    """A thread that trains, and takes orders between two pictures.

    It trains only while a page looks on. Everything but `ask`, `watch` and `end` runs in its thread.

    Args:
        address: What stands after `#` in the page's address.
        table: The table that the user brought, if any.
    """

    def __init__(self, address: str, table: OwnTable | None):
        self.table = table
        self.playing = False
        self.version = 0  # of the settings, so that a page knows which of them a picture is of
        self.touched = time.monotonic()
        self._orders: queue.Queue[tuple[Callable, Future] | None] = queue.Queue()
        self._watchers: list[Watcher] = []
        self._lock = threading.Lock()
        self.training: Training | None = None
        self._table_seen: OwnTable | None = None
        threading.Thread(target=self._run, name="playground", daemon=True).start()
        self.ready = self.order(lambda: self.first(address))

    def order(self, task: Callable) -> Future:
        """Have the thread do something; a picture follows."""
        self.touched = time.monotonic()
        done: Future = Future()
        self._orders.put((task, done))
        return done

    async def ask(self, task: Callable):
        """What `task` returns or raises, done by the thread."""
        return await asyncio.wrap_future(self.order(task))

    def end(self) -> None:
        """Stop the thread, and tell the pages."""
        self._orders.put(None)

    @property
    def watched(self) -> bool:
        return bool(self._watchers)

    @property
    def idle(self) -> bool:
        """Whether it trains for no page and nobody has asked anything for so long that it ends."""
        return not (self.watched and self.playing) and time.monotonic() - self.touched > PATIENCE

    def watch(self) -> "Watcher":
        """A further page that is sent all pictures from now on."""
        watcher = Watcher(asyncio.get_running_loop())
        with self._lock:
            self._watchers.append(watcher)
        self.order(lambda: None)
        return watcher

    def leave(self, watcher: "Watcher") -> None:
        """A page that has gone."""
        with self._lock:
            self._watchers.remove(watcher)
        self.touched = time.monotonic()

    def _run(self):
        while True:
            try:
                asked = self._orders.get(block=not self._at_work)
            except queue.Empty:
                self._train()
                continue
            if asked is None:
                break
            self._obey(*asked)
        for watcher in self._present():
            watcher.put(None)

    @property
    def _at_work(self):
        return self.playing and self.watched and self.training.trouble is None

    def _train(self):
        began = time.monotonic()
        self.training.advance(PICTURE, self.training.settings.speed, self._orders.empty)
        self.playing &= self.training.trouble is None
        if not self._orders.empty():
            return  # what is asked for is done first, and a picture follows
        self._publish()
        while self._orders.empty() and time.monotonic() < began + SLOWEST:
            time.sleep(0.002)

    def _obey(self, task, done):
        try:
            done.set_result(task())
        except Exception as error:  # the request that asked for it tells it
            done.set_exception(error)
        if self._orders.empty():
            self._publish()

    def _present(self):
        with self._lock:
            return list(self._watchers)

    def _publish(self):
        watchers = self._present()
        if not watchers or self.training is None:
            return
        picture = frame.picture(self.training, self.playing) | {"version": self.version}
        for watcher in watchers:
            watcher.put(frame.text(picture, self.training, watcher.position(self.training)))

    # What pages ask for, in the thread.

    def first(self, address: str) -> dict:
        """What `set` gives; where the data cannot be had, with other data, and why."""
        try:
            return self.set(address)
        except UserError as error:
            kept = [one for one in address.lstrip("#").split("&") if not one.lower().startswith(("dataset", "regdata"))]
            found = self.set("&".join(kept))
            return {**found, "notes": [str(error), *found["notes"]]}

    def set(self, address: str) -> dict:
        """Take the settings of an address; what the page shows of them."""
        settings, notes = read(address)
        data = self._data(settings)
        if len(data.classes) > 2 and settings.loss == "squared" and settings.problem == "classification":
            settings = replace(settings, loss="cross_entropy")
        if self.training is None or not self.training.change(settings, data):
            self.training = Training(settings, data)
            self.playing = False
        self.version += 1
        return frame.description(self.training, self.table, [*notes, *data.notes]) | {"version": self.version}

    def _data(self, settings: Settings):
        """The data of the settings: the same as before where nothing of it has changed."""
        before = self.training and (of_data(self.training.settings), self._table_seen)
        if before == (of_data(settings), self.table):
            return self.training.data
        if settings.data != "table":
            found = dataset.make(settings)
        elif self.table is None:
            raise UserError("Bring a table first: any CSV file of at most 20,000 rows and 1 MB.")
        else:
            found = own_table.make(self.table, settings)
        if not len(found.train):
            raise UserError("Draw a point first: click into the picture of the output.")
        self._table_seen = self.table
        return found

    def bring(self, table: OwnTable, address: str) -> dict:
        """Take a table, and the settings of an address that names it; the earlier one is kept where it cannot be."""
        before, self.table = self.table, table
        try:
            return self.set(address)
        except UserError:
            self.table = before
            raise

    def play(self) -> None:
        self.playing = not self.training.trouble

    def pause(self) -> None:
        self.playing = False

    def step(self) -> None:
        self.playing = False
        self.training.finish_epoch()

    def rewind(self) -> None:
        self.playing = False
        self.training.rewind()


def of_data(settings: Settings) -> tuple:
    """What decides the data."""
    names = ("problem", "data", "noise", "seed", "perc_train_data", "classes", "points")
    names += ("column_x", "column_y", "target")
    return tuple(getattr(settings, name) for name in names)


class Watcher:
    """A page that looks on: the latest picture for it, and how much of the curve it has."""

    def __init__(self, loop: asyncio.AbstractEventLoop):
        self._loop = loop
        self._latest: list[str | None] = []
        self._there = asyncio.Event()
        self._training: Training | None = None
        self._first = self._told = 0
        self._lock = threading.Lock()

    def position(self, training: Training) -> int:
        """The entry of the curve from which on this page lacks it; those of a picture that it never got, too."""
        with self._lock:
            start = self._first if self._latest else self._told
            if training is not self._training or start > len(training.curve) - 1:
                start = 0
            self._training, self._first, self._told = training, start, len(training.curve)
            return start

    def put(self, text: str | None) -> None:
        """Called by the thread: this is the latest now."""
        with self._lock:
            self._latest = [text]
        try:
            self._loop.call_soon_threadsafe(self._there.set)
        except RuntimeError:  # the server has stopped
            return

    async def next(self) -> str | None:
        """The latest picture, once there is one; None where the session has ended."""
        while True:
            await self._there.wait()
            with self._lock:
                self._there.clear()
                if self._latest:  # else it was taken when the one before it was told of
                    return self._latest.pop()

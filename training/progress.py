"""The progress bar of training."""

import sys

import keras
from tqdm import tqdm

from training.place import Place
from training.waiting import verdict


class Progress(keras.callbacks.Callback):
    """One bar over all updates with the figures of the last epoch; a line per tenth where output is no terminal.

    It comes after `log`, an `EpochLog`, whose times it shows.
    """

    def __init__(self, plan, start: Place, log):
        super().__init__()
        self.plan, self.start, self.log = plan, start, log

    def on_train_begin(self, logs=None):
        self.interactive = sys.stderr.isatty()
        self.bar = tqdm(
            total=self.plan.updates,
            initial=self.start.epoch * self.plan.steps_per_epoch + self.start.step,
            unit="step",
            desc="training",
            disable=not self.interactive,
            dynamic_ncols=True,
        )

    def on_train_batch_end(self, batch, logs=None):
        done = self._epoch * self.plan.steps_per_epoch + self.start.done_before(self._epoch) + batch + 1
        self.bar.update(done - self.bar.n)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        figures = ", ".join(f"{name} {value:.4f}" for name, value in sorted(logs.items()))
        share = self.log.times[-1]["waiting_for_data"]
        figures += f", waiting for data {share:.0%} ({verdict(share)})"
        self.bar.set_postfix_str(figures)
        last = epoch + 1 == self.plan.epochs or self.model.stop_training
        if not self.interactive and (last or (epoch + 1) % max(self.plan.epochs // 10, 1) == 0):
            print(f"epoch {epoch + 1}/{self.plan.epochs}: {figures}", file=sys.stderr, flush=True)

    def on_train_end(self, logs=None):
        self.bar.close()

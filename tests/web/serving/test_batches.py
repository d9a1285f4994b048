"""Rows of many calls computed together: what goes with what, how long it waits, and whom a bad row hurts."""

import asyncio
import time

import numpy as np
import pytest

from tests.web.serving.fakes import PEOPLE, ROW, sum_of_rows
from web.serving.batches import Batches
from web.serving.errors import CallError
from web.serving.limits import Limits
from web.serving.signature import from_definition

SUM = from_definition("serving_default", ROW["serving_default"])
WHOLE = from_definition("whole", PEOPLE["whole"])


def rows(*values) -> dict[str, np.ndarray]:
    return {"x": np.float32([[value, 1] for value in values])}


class Model:
    """Adds, one batch after the other, and notes how many rows each had."""

    def __init__(self, seconds: float = 0.0, error: CallError | None = None):
        self.seconds, self.error, self.sizes = seconds, error, []

    async def __call__(self, signature, inputs):
        self.sizes.append(len(inputs["x"]))
        await asyncio.sleep(self.seconds)
        if self.error:
            raise self.error
        return sum_of_rows(signature, inputs)


class Held(Model):
    """Computes its first batch until it is told to end."""

    def __init__(self):
        super().__init__()
        self.began, self.end = asyncio.Event(), asyncio.Event()

    async def __call__(self, signature, inputs):
        self.began.set()
        await self.end.wait()
        return await super().__call__(signature, inputs)


def together(model: Model, calls, limits: Limits | None = None, signature=SUM, seen=None) -> list:
    """Answers, or errors, of calls that are made at once."""

    async def ask():
        batches = Batches(model, limits or Limits(), seen or (lambda *_: None))
        found = await asyncio.gather(*(batches.call(signature, one) for one in calls), return_exceptions=True)
        await batches.end(CallError(503, "ended"))
        return found

    return asyncio.run(ask())


def test_every_caller_gets_its_own_rows_back():
    random = np.random.default_rng(0)
    calls = [{"x": random.normal(size=(random.integers(1, 50), 2)).astype(np.float32) ** 2} for _ in range(40)]
    model = Model(0.002)
    for given, found in zip(calls, together(model, calls), strict=True):
        np.testing.assert_array_equal(found["y"], given["x"].sum(axis=1))
    assert set(model.sizes) <= set(Limits().sizes) and max(model.sizes) == 32


def test_those_that_come_while_it_computes_are_computed_together():
    model, seen = Model(0.01), []
    together(model, [rows(n) for n in range(20)], seen=lambda *values: seen.append(values))
    assert sum(model.sizes[:1]) in (1, 2, 4, 8, 16, 32) and len(model.sizes) <= 3
    assert sum(count for count, _, _ in seen) == 20  # without those that fill up
    assert all(wait >= 0 and seconds >= 0.009 for _, wait, seconds in seen)


def test_batches_are_filled_up_to_the_next_size():
    for count, size in [(1, 1), (3, 4), (5, 8), (9, 16), (17, 32), (32, 32)]:
        model = Model()
        assert together(model, [rows(*range(count))])[0]["y"].tolist() == [n + 1 for n in range(count)]
        assert model.sizes == [size]


def test_a_call_of_many_rows_is_cut():
    model = Model()
    assert together(model, [rows(*range(70))])[0]["y"].tolist() == [n + 1 for n in range(70)]
    assert model.sizes == [32, 32, 8]


def test_an_idle_model_does_not_wait():
    async def ask():
        batches = Batches(Model(), Limits(pause=0.5), lambda *_: None)
        began = time.monotonic()
        await batches.call(SUM, rows(1))
        await batches.call(SUM, rows(1))
        await batches.end(CallError(503, "ended"))
        return time.monotonic() - began

    assert asyncio.run(ask()) < 0.2


@pytest.mark.parametrize(("limits", "more"), [(Limits(batch=4, pause=60), [9]), (Limits(pause=0.02), [])])
def test_a_busy_model_waits_for_others_until_there_are_enough_or_as_long_as_it_may(limits, more):
    """Three rows gather while the first is computed; a fourth comes once it has been, or none does."""

    async def ask():
        model, computed = Held(), asyncio.Event()
        batches = Batches(model, limits, lambda *_: computed.set())
        calls = [asyncio.create_task(batches.call(SUM, rows(1)))]
        await model.began.wait()
        calls += [asyncio.create_task(batches.call(SUM, rows(n))) for n in range(3)]
        await asyncio.sleep(0)  # they are in the queue
        model.end.set()
        await computed.wait()
        await asyncio.gather(*calls, *(batches.call(SUM, rows(n)) for n in more))
        await batches.end(CallError(503, "ended"))
        return model.sizes

    assert asyncio.run(ask()) == [1, 4]


@pytest.mark.parametrize("bad", [[3], [0, 7], list(range(8))])
def test_a_bad_row_fails_its_own_call_only(bad):
    model = Model(0.002)
    calls = [rows(-1 if n in bad else n) for n in range(8)]
    found = together(model, calls)
    for number, one in enumerate(found):
        if number in bad:
            assert isinstance(one, CallError) and one.status == 400 and "row 0 is negative" in str(one)
        else:
            assert one["y"].tolist() == [number + 1]


def test_an_error_that_is_not_of_a_row_is_not_searched_for():
    model = Model(error=CallError(503, "lost", 2))
    found = together(model, [rows(n) for n in range(8)])
    assert all(one.status == 503 for one in found) and len(model.sizes) <= 2


def test_what_has_no_rows_is_computed_alone_and_as_it_is():
    seen = []

    async def run(signature, inputs):
        seen.append(inputs["rows"].tolist())
        return {"sum": inputs["x"]}

    calls = [{"x": np.float32(n).reshape(()), "rows": np.float32([1, 2, 3])} for n in range(3)]
    found = together(run, calls, signature=WHOLE)
    assert [float(one["sum"]) for one in found] == [0, 1, 2] and seen == [[1, 2, 3]] * 3


def test_unequal_shapes_are_not_mixed():
    images = from_definition("s", {**ROW["serving_default"]})
    calls = [{"x": np.ones((2, 2), np.float32)}, {"x": np.ones((2, 2), np.float64)}] * 2
    dtypes = []

    async def run(signature, inputs):
        dtypes.append(inputs["x"].dtype.name)
        await asyncio.sleep(0.002)
        return sum_of_rows(signature, inputs)

    together(run, calls, signature=images)
    assert sorted(set(dtypes)) == ["float32", "float64"]


def test_too_many_calls_are_refused():
    found = together(Model(0.01), [rows(1)] * 10, Limits(waiting=4))
    refused = [one for one in found if isinstance(one, CallError)]
    assert len(refused) == 6 and {(one.status, one.retry_after) for one in refused} == {(429, 1)}


def test_a_call_that_lasts_is_given_up_and_computed_no_more():
    model = Model(0.1)
    found = together(model, [rows(1)] * 40, Limits(seconds=0.05, batch=1))
    assert all(one.status == 504 and "within 0.05 s" in str(one) for one in found)
    assert len(model.sizes) == 1


def test_the_end_answers_what_waits():
    async def ask():
        batches = Batches(Model(0.05), Limits(batch=1), lambda *_: None)
        calls = [asyncio.create_task(batches.call(SUM, rows(n))) for n in range(3)]
        await asyncio.sleep(0.01)
        await batches.end(CallError(503, "ended"))
        return await asyncio.gather(*calls, return_exceptions=True)

    assert [str(one) for one in asyncio.run(ask())] == ["ended"] * 3

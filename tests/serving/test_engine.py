"""Requests of one kind are computed together, long work lets short work pass, and what nobody waits for ends."""

import asyncio
import gc
import threading
import time
import weakref
from itertools import pairwise

import pytest

import recurra.serving.engine
import recurra.serving.short
from recurra.errors import DataError
from recurra.serving.engine import Engine, Overloaded
from recurra.turns import step_done


def slow(steps, log=None, name=""):
    """Work of so many steps of a millisecond."""

    def work(inputs):
        for _ in range(steps):
            time.sleep(0.001)
            if log is not None:
                log.append(name)
            step_done()
        return [one * 2 for one in inputs]

    return work


async def begun(engine):
    """Until what was submitted computes."""
    while engine.waiting:
        await asyncio.sleep(0.001)


async def test_results_come_in_the_order_of_the_inputs():
    engine = Engine()
    every = [engine.submit("kind", slow(1), [k, k + 100]) for k in range(20)]
    assert [await one.done for one in every] == [[2 * k, 2 * k + 200] for k in range(20)]


async def test_what_waits_is_computed_together():
    sizes = []

    def work(inputs):
        sizes.append(len(inputs))
        time.sleep(0.02)
        return list(inputs)

    engine = Engine()
    every = [engine.submit("kind", work, [k]) for k in range(10)]
    await begun(engine)
    every += [engine.submit("kind", work, [k]) for k in range(20)]
    await asyncio.gather(*(one.done for one in every))
    assert sizes == [10, 20]  # what came at once began at once, the others waited for it


async def test_short_work_passes_long_work():
    engine = Engine()
    long = engine.submit("long", slow(500), [1])
    await asyncio.sleep(0.02)
    began = time.monotonic()
    assert await engine.submit("short", slow(1), [2]).done == [4]
    assert not long.done.done()
    assert time.monotonic() - began < 0.25  # of half a second that the other still takes
    assert await long.done == [2]


async def test_two_long_jobs_take_turns():
    log = []
    engine = Engine()
    await asyncio.gather(*(engine.submit(name, slow(60, log, name), [1]).done for name in "ab"))
    changes = sum(one != other for one, other in pairwise(log))
    assert changes >= 5


async def test_who_comes_waits_for_a_slice_or_two_however_many_long_jobs_there_are():
    log = []
    engine = Engine()
    long = [engine.submit(name, slow(100, log, name), [1]) for name in "abcdefgh"]
    while len(set(log)) < len(long):
        await asyncio.sleep(0.005)
    for _ in range(5):
        at = len(log)
        await engine.submit("short", slow(1, log, "short"), [2]).done
        assert len({*log[at : log.index("short", at)]}) <= 2
    await asyncio.gather(*(one.done for one in long))


async def test_a_long_job_goes_on_however_many_come():
    log = []
    engine = Engine()
    long = engine.submit("long", slow(40, log, "long"), [1])
    await asyncio.gather(*(engine.submit(k, slow(2, log, "short"), [2]).done for k in range(30)))
    assert log[: len(log) // 2].count("long") >= 4
    await long.done


async def test_what_goes_on_lets_new_ones_begin_the_sooner_the_more_of_them_wait(monkeypatch):
    monkeypatch.setattr(recurra.serving.engine, "SLICE", 0.1)
    log = []
    engine = Engine()
    long = engine.submit("long", slow(300, log, "long"), [1])
    while not log:
        await asyncio.sleep(0.001)
    await asyncio.gather(*(engine.submit(k, slow(1, log, "short"), [2]).done for k in range(20)))
    places = [place for place, name in enumerate(log) if name == "short"]
    assert max(after - before for before, after in pairwise(places[:10])) <= 11  # 100 steps without the others
    engine.give_up(long)


async def test_the_first_slice_of_what_comes_in_pieces_ends_with_the_first_of_them(monkeypatch):
    monkeypatch.setattr(recurra.serving.engine, "SLICE", 0.0)
    monkeypatch.setattr(recurra.serving.engine, "FIRST", 60.0)
    log, told, others = [], threading.Event(), threading.Event()

    def stream(inputs):
        others.wait()
        slow(20, log, "before")(inputs)
        told.set()
        return slow(20, log, "after")(inputs)

    engine = Engine()
    pieces = engine.submit("pieces", stream, [1], told)
    await begun(engine)
    short = engine.submit("short", slow(1, log, "short"), [2])
    others.set()
    await asyncio.gather(pieces.done, short.done)
    assert log.index("short") == 21  # after the step that follows the first piece


async def test_more_long_jobs_than_threads_all_end(monkeypatch):
    monkeypatch.setattr(recurra.serving.engine, "THREADS", 4)
    engine = Engine(most_waiting=2)
    every = []
    for k in range(12):
        every.append(engine.submit(k, slow(40), [k]).done)
        while engine.waiting == 2:
            await asyncio.sleep(0.001)
    assert await asyncio.wait_for(asyncio.gather(*every), 30) == [[2 * k] for k in range(12)]


async def test_no_more_than_the_cores_compute():
    now, most = [], []

    def work(inputs):
        now.append(1)
        for _ in range(10):
            most.append(len(now))
            now.pop()
            step_done()  # another may compute while this one waits
            now.append(1)
            time.sleep(0.001)
        now.pop()
        return list(inputs)

    await asyncio.gather(*(Engine(2).submit(k, work, [k]).done for k in range(1)))
    engine = Engine(1)
    most.clear()
    await asyncio.gather(*(engine.submit(k, work, [k]).done for k in range(6)))
    assert max(most) == 1


async def test_what_nobody_waits_for_ends_at_its_next_step():
    log = []
    engine = Engine()
    asked = engine.submit("kind", slow(10_000, log, "step"), [1])
    await asyncio.sleep(0.02)
    engine.give_up(asked)
    await asyncio.sleep(0.02)
    taken = len(log)
    await asyncio.sleep(0.05)
    assert len(log) == taken > 0


async def test_one_that_is_wrong_spoils_nothing_for_the_others():
    def work(inputs):
        if "bad" in inputs:
            raise DataError("no such thing")
        return [one.upper() for one in inputs]

    engine = Engine()
    gate = engine.submit("gate", slow(20), [0])
    await begun(engine)
    every = [engine.submit("kind", work, [text]) for text in ("a", "bad", "b")]
    await gate.done
    assert [await every[0].done, await every[2].done] == [["A"], ["B"]]
    with pytest.raises(DataError, match="no such thing"):
        await every[1].done


async def test_more_than_may_wait_is_refused():
    engine = Engine(most_waiting=3)
    gate = engine.submit("gate", slow(30), [0])
    await begun(engine)
    every = [engine.submit("kind", slow(1), [k]) for k in range(3)]
    with pytest.raises(Overloaded):
        engine.submit("kind", slow(1), [9])
    assert await gate.done == [0]
    assert [await one.done for one in every] == [[0], [2], [4]]


async def test_requests_of_full_jobs_wait_as_well():
    engine = Engine(most_waiting=3)
    gate = engine.submit("gate", slow(30), [0])
    await begun(engine)
    every = [engine.submit("kind", slow(1), [k] * 200) for k in range(3)]  # two do not fit into one job
    assert engine.waiting == 3
    with pytest.raises(Overloaded):
        engine.submit("kind", slow(1), [9])
    await asyncio.gather(gate.done, *(one.done for one in every))
    assert engine.waiting == 0


async def test_closing_waits_for_what_is_computed():
    engine = Engine()
    asked = engine.submit("kind", slow(20), [1])
    await begun(engine)
    await asyncio.to_thread(engine.close)
    assert await asked.done == [2]
    assert engine.computing == 0


def where(seconds, log):
    """Work that takes so long for each input, and says whether the event loop's thread computes it."""

    def work(inputs):
        log.append((len(inputs), not threading.current_thread().name.startswith("job")))
        for _ in inputs:
            time.sleep(seconds)
            step_done()
        return list(inputs)

    return work


async def test_what_is_short_is_computed_in_the_thread_of_the_event_loop_twice_as_much_each_time():
    log, engine = [], Engine()
    await engine.submit("kind", where(0.0, log), [1]).done
    assert log == [(1, False)]  # nothing is known yet
    for count in (2, 4, 8):
        await engine.submit("kind", where(0.0, log), list(range(count))).done
    assert log[1:] == [(2, True), (4, True), (8, True)]
    await engine.submit("other", where(0.0, log), [1]).done
    assert log[4:] == [(1, False)]


async def test_what_comes_within_a_few_turns_of_the_event_loop_is_computed_together():
    """A connection that was made is taken in one turn, and read two turns later."""
    log, engine = [], Engine()
    engine._short._learn("kind", 16)
    every = []
    for _ in range(4):
        every.append(engine.submit("kind", where(0.0, log), [1]).done)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await asyncio.gather(*every)
    assert log == [(4, True)]


async def test_who_asks_again_at_once_is_computed_with_those_that_waited():
    """What was computed in a thread is answered before the next job begins, and that takes what comes of it."""
    sizes = []

    def work(inputs):
        sizes.append(len(inputs))
        time.sleep(0.06)  # never short
        return list(inputs)

    engine = Engine()

    async def client(rounds):
        for k in range(rounds):
            assert await engine.submit("kind", work, [k]).done == [k]

    early = [asyncio.create_task(client(2)) for _ in range(3)]
    await asyncio.sleep(0)
    await begun(engine)
    await asyncio.gather(*early, *(client(1) for _ in range(5)))
    assert sizes == [3, 8]


async def test_what_has_an_answer_is_counted():
    seen = []

    def count(inputs, seconds):
        time.sleep(0.01)
        seen.append(inputs)

    engine = Engine(seen=count)
    for size in (3, 2, 1):
        await engine.submit("kind", slow(1), [1] * size).done
        assert seen.pop() == size


async def test_more_than_is_short_is_computed_in_parts(monkeypatch):
    monkeypatch.setattr(recurra.serving.short, "SHORT", 60.0)  # however busy the machine is
    log, engine = [], Engine()
    engine._short._learn("kind", 32)
    engine._short._learn("other", 1)
    every = [engine.submit("kind", where(0.0, log), [k] * 20).done for k in range(4)]
    other = engine.submit("other", where(0.0, log), [0]).done
    assert await asyncio.gather(*every) == [[k] * 20 for k in range(4)]
    await other
    assert log == [(20, True), (1, True), (40, True), (20, True)]  # the rest waits behind the other


async def test_several_short_jobs_that_wait_are_all_computed_there():
    log, engine = [], Engine()
    for kind in "abc":
        await engine.submit(kind, where(0.0, []), [1]).done
    gate = engine.submit("gate", lambda inputs: time.sleep(0.02) or list(inputs), [0])  # all in one step
    await begun(engine)
    await asyncio.gather(gate.done, *(engine.submit(kind, where(0.0, log), [1]).done for kind in "abc"))
    assert log == [(1, True)] * 3


async def test_what_is_not_short_after_all_is_begun_again_in_a_thread():
    log, engine = [], Engine()
    engine._short._learn("kind", 9)
    assert await engine.submit("kind", where(0.02, log), list(range(9))).done == list(range(9))
    await engine.submit("kind", where(0.0, log), [1]).done
    assert log == [(9, True), (9, False), (1, False)]  # that is remembered


async def test_what_is_computed_alone_or_beside_others_has_a_thread():
    for engine, kind in ((Engine(), None), (Engine(2), "kind")):
        log = []
        for _ in range(3):
            await engine.submit(kind, where(0.0, log), [1]).done
        assert log == [(1, False)] * 3
    engine, log = Engine(), []
    await engine.submit("short", where(0.0, []), [1]).done
    long = engine.submit("long", slow(500), [0])
    await begun(engine)
    await engine.submit("short", where(0.0, log), [1]).done
    assert log == [(1, False)]
    engine.give_up(long)


async def test_two_that_are_computed_alone_are_not_computed_together():
    sizes, engine = [], Engine()
    gate = engine.submit("gate", slow(10), [0])
    await begun(engine)
    alone = [engine.submit(None, lambda inputs: sizes.append(len(inputs)) or list(inputs), [k]) for k in range(3)]
    await asyncio.gather(gate.done, *(one.done for one in alone))
    assert sizes == [1, 1, 1]


async def test_what_was_learned_of_a_kind_keeps_no_model():
    class Model:
        """One that has been replaced."""

    model, engine = Model(), Engine()
    kept = weakref.ref(model)
    await engine.submit((model, "predict"), where(0.0, []), [1]).done
    del model
    for _ in range(100):  # its thread lets it go a moment after the result is there
        gc.collect()
        if kept() is None:
            break
        await asyncio.sleep(0.01)
    assert kept() is None


@pytest.mark.parametrize("answers", [[], [1], [1, 2, 3]])
async def test_work_without_a_result_for_each_input_is_a_mistake_of_the_server(answers):
    with pytest.raises(RuntimeError, match=f"{len(answers)} results? of 2 inputs"):
        await Engine().submit("kind", lambda inputs: iter(answers), [1, 2]).done

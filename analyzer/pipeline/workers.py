"""Work spread over processes, its results in any order.

Job: apply a function to items in some processes. Input: how to make the function, items. Output: results as
they come. A process that dies is told as the item it had; all end with the caller, however it ends: they see
its end of the pipe close. Not modelled: work that depends on other work.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Make = Callable[[], Callable[[Item], Result]]


PATIENCE = 5.0  # seconds for a process with nothing left to do to end


class Died(Generic[Item]):
    """In place of a result: the process that had `item` ended by itself."""

    def __init__(self, item: Item) -> None:
        self.item = item


def spread(make: Make[Item, Result], items: Sequence[Item], jobs: int) -> Iterator[Result | Died[Item]]:
    """The results of the function that `make` gives, for each item; with one job, here and in order.

    `make` and the items are sent to the processes. What the function raises is raised here. If the function
    has a method `close`, it is called at the end.
    """
    if jobs <= 1 or len(items) <= 1:
        function = make()
        try:
            for item in items:
                yield function(item)
        finally:
            _close(function)
        return
    # Not forked: a forked process would hold the others' pipes open.
    context = multiprocessing.get_context("spawn")
    left = iter(items)
    busy: dict[Connection, Item] = {}
    processes = []
    try:
        for _ in range(min(jobs, len(items))):
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(make, there), daemon=True)
            process.start()
            there.close()
            processes.append((process, here))
            _hand(here, left, busy)
        while busy:
            for ready in wait(list(busy)):
                assert isinstance(ready, Connection)
                item = busy.pop(ready)
                try:
                    kind, value = ready.recv()
                except (EOFError, OSError):
                    yield Died(item)
                    continue
                if kind == "raised":
                    raise value
                _hand(ready, left, busy)
                yield value
    finally:
        for process, here in processes:
            if here in busy:
                process.terminate()
            here.close()
        for process, _ in processes:
            process.join(PATIENCE)
            process.terminate()
            process.join()


def _hand(connection: Connection, left: Iterator[Item], busy: dict[Connection, Item]) -> None:
    for item in left:
        busy[connection] = item
        with contextlib.suppress(OSError):  # its death is seen when its answer is read
            connection.send(item)
        return


def _serve(make: Make[Item, Result], connection: Connection) -> None:
    """What a process does until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller is interrupted, and ends this
    function = make()
    with contextlib.suppress(EOFError, OSError):
        while True:
            item = connection.recv()
            try:
                answer: tuple[str, object] = ("result", function(item))
            except Exception as error:  # whatever it is, it is the caller's to judge
                answer = ("raised", error)
            connection.send(answer)
    _close(function)


def _close(function: object) -> None:
    close = getattr(function, "close", None)
    if close is not None:
        close()

"""A function run in a process of its own, with bounds on its time and memory.

Input: a function and items that can be sent to another process. Output: what the function returns, or
`Failed` with the reason: it raised, took too long, needed too much memory, or its process died. The process
ends with its caller, however that ends. Not modelled: what the function writes to files.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Generic, TypeVar, cast

Item = TypeVar("Item")
Result = TypeVar("Result")

_MEGABYTE = 1 << 20
_SHOWN = 300  # letters of an error


class Failed(Exception):
    """Why there is no result, in one line."""


class Apart(Generic[Item, Result]):
    """The function, callable; its process begins with the first call and is kept for the next ones."""

    def __init__(self, function: Callable[[Item], Result], seconds: float, megabytes: int) -> None:
        self._function = function
        self._seconds = seconds
        self._megabytes = megabytes
        self._running: tuple[SpawnProcess, Connection] | None = None

    def __call__(self, item: Item) -> Result:
        """The result for one item; raises `Failed`."""
        process, connection = self._running or self._start()
        kind, value = "died", None
        try:
            connection.send(item)
            if not connection.poll(self._seconds):
                raise Failed(f"it took more than {self._seconds:g} seconds")
            kind, value = connection.recv()
        except (EOFError, OSError):
            process.join(5)
            status = process.exitcode
            why = f"signal {-status}" if status is not None and status < 0 else f"status {status}"
            raise Failed(f"its process ended by itself ({why})") from None
        finally:
            if kind == "died":
                self.close()
        if kind != "result":
            raise Failed(str(value))
        return cast(Result, value)

    def close(self) -> None:
        """Ends the process."""
        if self._running is not None:
            process, connection = self._running
            self._running = None
            process.kill()
            process.join()
            connection.close()

    def _start(self) -> tuple[SpawnProcess, Connection]:
        # Not forked: a forked process would hold the state's lock and its database.
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=_serve, args=(self._function, there, self._megabytes), daemon=True)
        process.start()
        there.close()
        self._running = (process, here)
        return self._running


def _serve(function: Callable[[Item], Result], connection: Connection, megabytes: int) -> None:
    """What the process does until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller is interrupted, and ends this
    _be_bounded(megabytes)
    threading.Thread(target=_end_with_the_caller, daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        while True:
            item = connection.recv()
            try:
                answer: tuple[str, object] = ("result", function(item))
            except MemoryError:
                answer = ("failed", f"it needed more than {megabytes} megabytes")
            except RecursionError:
                answer = ("failed", "it is nested too deep")
            except Exception as error:  # any bug that a stranger's mail brings out
                answer = ("failed", f"{type(error).__name__}: {error}"[:_SHOWN])
            connection.send(answer)


def _be_bounded(megabytes: int) -> None:
    with contextlib.suppress(ValueError, OSError):  # not every system lets itself be told
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * _MEGABYTE, megabytes * _MEGABYTE))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for stream in (sys.stdout, sys.stderr):  # nothing but the result leaves this process
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _end_with_the_caller() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGKILL)

"""Several lines of work of which exactly one runs at any moment: who goes on is drawn at named points."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import datetime


class Task:
    """One line of work, in a thread of its own that runs only while it has the baton."""

    def __init__(self, name: str, body: Callable[[], None]) -> None:
        self.name = name
        self.turn = threading.Semaphore(0)
        self.wakes: datetime | None = None
        """Until when it waits, by the world's clock."""
        self.done = False
        self.error: BaseException | None = None
        self._body = body

    def run(self, back: threading.Semaphore) -> None:
        self.turn.acquire()
        try:
            self._body()
        except BaseException as error:
            self.error = error
        finally:
            self.done = True
            back.release()


class Baton:
    """Runs tasks to their ends, one at a time; `reach` moves the world's clock on when all of them wait."""

    def __init__(self, source: random.Random, now: Callable[[], datetime], reach: Callable[[datetime], None]) -> None:
        self._source = source
        self._now = now
        self._reach = reach
        self._back = threading.Semaphore(0)
        self.current: Task | None = None

    def run(self, tasks: list[Task]) -> None:
        """Run all of them to their ends; raises what the first of them raised."""
        threads = [threading.Thread(target=task.run, args=(self._back,), name=task.name) for task in tasks]
        for thread in threads:
            thread.start()
        while left := [task for task in tasks if not task.done]:
            ready = [task for task in left if task.wakes is None or task.wakes <= self._now()]
            if not ready:
                self._reach(min(task.wakes for task in left if task.wakes is not None))
                continue
            self.current = ready[0] if len(ready) == 1 else self._source.choice(ready)
            self.current.wakes = None
            self.current.turn.release()
            self._back.acquire()
        self.current = None
        for thread in threads:
            thread.join()
        for task in tasks:
            if task.error is not None:
                raise task.error

    def give_way(self, until: datetime | None = None) -> None:
        """Let others go first: perhaps, or, with a moment to wait for, until then."""
        task = self.current
        if task is None or (until is None and self._source.random() < 0.5):
            return
        task.wakes = until
        self._back.release()
        task.turn.acquire()

"""The simulator's network in a thread of its own: up and down within milliseconds."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import TracebackType

from uvicorn.server import ServerState

from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.shell import OpenProtocol, Shell, listen, web_config


class Loopback:
    """Serves a simulator on a free port of 127.0.0.1 between entering and leaving; cuts what is open when left.

    ``pair`` are the files of a certificate and its key, for HTTPS. Not to be entered twice.
    """

    def __init__(self, simulator: Simulator, pair: tuple[Path, Path] | None = None) -> None:
        self._shell = Shell(simulator)
        self._config = web_config(self._shell, *(pair or ()))
        self._config.load()
        self._listener = listen(0)
        self.port = int(self._listener.getsockname()[1])
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="amazon-pay", daemon=True)

    def __enter__(self) -> Loopback:
        self._thread.start()
        self._up.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        state = ServerState()
        server = await self._loop.create_server(
            lambda: OpenProtocol(self._config, state, {}), sock=self._listener, ssl=self._config.ssl
        )
        self._up.set()
        await self._end.wait()
        server.close()
        self._shell.let_go()
        for connection in tuple(state.connections):
            connection.transport.abort()
        for task in tuple(state.tasks):
            task.cancel()
        await asyncio.gather(*state.tasks, return_exceptions=True)

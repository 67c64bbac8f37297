"""The simulator as a process: files first, then one line, then requests until a signal."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Final

import uvicorn

from azpay_tui.simulator.certificate import ensure_certificate
from azpay_tui.simulator.core import Simulator
from azpay_tui.simulator.profile import Profile, ProfileError, open_profile, write_profile
from azpay_tui.simulator.samples import make_samples
from azpay_tui.simulator.settings import Settings
from azpay_tui.simulator.shapes import exports, own_export
from azpay_tui.simulator.shell import Shell, listen, web_config
from azpay_tui.simulator.statefile import StateError, StateFile

#: Seconds for answers on their way when the end comes.
_GRACE: Final = 0.2
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


_KEYLESS: Final = "Without --profile-dir no key is known: /_sim answers, every signed request is refused with 401."


class ServeError(Exception):
    """The simulator cannot start; the message is one sentence for the person who started it."""


def say_ready(url: str) -> None:
    """Print the one line that scripts wait for."""
    sys.stdout.write(f"ready {url}\n")
    sys.stdout.flush()


class _Server(uvicorn.Server):
    """uvicorn's server with signal handling of its own: a signal ends it at once and becomes the exit code."""

    def __init__(self, config: uvicorn.Config, shell: Shell, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._shell = shell
        self._ready = ready
        self.loop: asyncio.AbstractEventLoop | None = None
        self.ended_by = 0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.end, number)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def end(self, number: int) -> None:
        """Stop; ``number`` is the signal that asked for it, 0 for none. To be called in the server's loop."""
        self.ended_by = number
        self.should_exit = True
        self._shell.let_go()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let answers on their way out, then cut what is open: stopped uploads, TLS that waits for a farewell."""
        for server in (*self.servers, *(sockets or ())):
            server.close()
        for connection in tuple(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(_GRACE if self.server_state.connections else 0)
        for connection in tuple(self.server_state.connections):
            connection.transport.abort()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=1)


def serve(
    *,
    port: int = 0,
    orders: int = 200,
    seed: int = 0,
    profile_dir: Path | None = None,
    state: Path | None = None,
    delay_seconds: int | None = None,
    tls: bool = False,
    until_stdin_closes: bool = False,
    announce: Callable[[str], None] = say_ready,
    switches: Mapping[str, bool | int | str] | None = None,
    shapes: bool = True,
) -> int:
    """Run a simulator on 127.0.0.1 until a signal; answer 128 + the signal, or 0 when standard input closed.

    ``port`` 0 takes the port kept in the profile directory, else a free one. ``orders`` sample orders are made
    unless the state file already holds a world. ``delay_seconds`` is until something being decided is decided.
    ``switches`` are settings by name that differ from what they would be. Without ``shapes`` orders.csv is the only
    file with the sample orders. ``announce`` is called once with the URL when requests are answered and all files are
    written. Raises ServeError with a sentence when port, directory or state file cannot be used.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    with contextlib.ExitStack() as stack:
        try:
            profile = open_profile(profile_dir) if profile_dir is not None else None
            keeper = StateFile(state) if state is not None else None
            if keeper is not None:
                stack.callback(keeper.close)
            simulator = build(profile, keeper, orders=orders, seed=seed, delay_seconds=delay_seconds, switches=switches)
            listener = stack.enter_context(_listen(port or (profile.port if profile else 0)))
            bound = int(listener.getsockname()[1])
            url = simulator.url = f"{'https' if tls else 'http'}://127.0.0.1:{bound}"
            if profile is not None:
                samples = [order for order in simulator.book if order.origin == "sample"]
                files = exports(samples, simulator.settings, simulator.clock.now()) if shapes else own_export(samples)
                write_profile(profile, bound, tls, files)
            certificate, key_file = None, None
            if tls:
                home = profile_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="azpay-")))
                certificate, key_file = ensure_certificate(home)
        except (ProfileError, StateError) as error:
            raise ServeError(str(error)) from error
        shell = Shell(simulator)
        config = web_config(shell, certificate, key_file)

        def ready() -> None:
            announce(url)
            if profile is None:
                sys.stderr.write(f"{_KEYLESS}\n")

        server = _Server(config, shell, ready)
        if until_stdin_closes:
            threading.Thread(target=_watch_stdin, args=(server,), daemon=True).start()
        server.run(sockets=[listener])
        return 128 + server.ended_by if server.ended_by else 0


def build(
    profile: Profile | None,
    keeper: StateFile | None,
    *,
    orders: int,
    seed: int,
    delay_seconds: int | None,
    switches: Mapping[str, bool | int | str] | None = None,
) -> Simulator:
    """A simulator that accepts the profile's key, with the stored world or with sample orders. Raises StateError."""
    simulator = Simulator(profile.keys() if profile else {}, seed=seed, keeper=keeper)
    stored = keeper.load(simulator) if keeper is not None else False
    changed = dict(switches or {}) | ({} if delay_seconds is None else {"delay_seconds": delay_seconds})
    if changed:
        text = {**simulator.settings.as_json(), **changed}
        simulator.settings = Settings(**text)  # type: ignore[arg-type]  # the same fields, some replaced
    if not stored:
        make_samples(orders, simulator.book, simulator.settings, simulator.clock.now())
    simulator.save()
    return simulator


def _listen(port: int) -> socket.socket:
    try:
        return listen(port)
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ServeError(f"Port {port} of 127.0.0.1 cannot be used ({why}); choose another with --port.") from error


def _watch_stdin(server: _Server) -> None:
    """End the server when whoever started it is gone: its end of the pipe closes with it."""
    while os.read(0, 4096):
        pass
    if server.loop is None:
        server.should_exit = True
    else:
        server.loop.call_soon_threadsafe(server.end, 0)

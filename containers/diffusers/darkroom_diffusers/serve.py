"""The composition root of `serve`: settings, parts, signals."""

from __future__ import annotations

import importlib
import logging
import os
import random
import signal
import threading
from collections.abc import Callable, Mapping

from .models.object_cache import ObjectCache
from .models.object_source import ObjectSource, S3Source
from .server.gpu_queue import GpuQueue
from .server.health import Health
from .server.http_server import Server
from .settings import Settings, read_settings
from .tasks.invoke import Invoker
from .tasks.render import DrawingEngine, Studio

MakeEngine = Callable[[Settings], DrawingEngine]
log = logging.getLogger("darkroom")
_AFTER_INTERRUPT_S = 5.0
_LOOK_FOR_STOP_S = 0.1


def make_engine(settings: Settings) -> DrawingEngine:
    """Imports torch and diffusers (10 s and more on a cold disk), finds the device and reads CLIP's vocabulary."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    engine = importlib.import_module(".engine.engine", __package__)
    loading = importlib.import_module(".engine.load_pipeline", __package__)
    loading.load_tokenizer(settings.tokenizer_dir)
    made: DrawingEngine = engine.Engine(
        settings.device,
        settings.max_pipelines,
        loading.Assets(settings.config_dir, settings.tokenizer_dir),
    )
    return made


class _Later:
    """The engine, once it is made: `/ping` must be answered (with 503) while torch is imported."""

    def __init__(self) -> None:
        self._engine: DrawingEngine | None = None

    def set(self, engine: DrawingEngine) -> None:
        self._engine = engine

    def get(self) -> DrawingEngine:
        if self._engine is None:
            raise RuntimeError("The engine is not made yet.")
        return self._engine


class Container:
    """The running program; `run` returns its exit status."""

    def __init__(self, settings: Settings, source: ObjectSource, make: MakeEngine) -> None:
        self._settings = settings
        self._make = make
        self._later = _Later()
        self._interrupt = threading.Event()
        self._ended = threading.Event()
        self._status = 0
        self.health = Health()
        studio = Studio(
            engine=self._later.get,
            source=source,
            cache=ObjectCache(settings.cache_dir, settings.cache_bytes, source),
            queue=GpuQueue(settings.max_waiting),
            health=self.health,
            model_dir=settings.model_dir,
            limits=settings.limits,
            random_seed=lambda: random.randrange(2**32),
        )
        invoker = Invoker(studio, settings.request_timeout_s, self._interrupt)
        address = (settings.host, settings.port)
        self.server = Server(address, self.health, invoker, settings.limits.max_body_bytes)

    def stop(self) -> None:
        """Asks the program to end: what a SIGTERM does."""
        self._ended.set()

    def _warm_up(self) -> None:
        try:
            self._later.set(self._make(self._settings))
        except BaseException:
            log.exception("The container cannot start")
            self._status = 1
            self._ended.set()
            return
        self.health.ready()
        log.info("ready on port %d", self.server.server_address[1])

    def run(self) -> int:
        """Serves until `stop`; then lets the running request finish within the grace time, and interrupts it after."""
        threading.Thread(target=self.server.serve_forever, args=(_LOOK_FOR_STOP_S,), name="http", daemon=True).start()
        threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()
        self._ended.wait()
        self.health.stopping()
        if not self.server.in_flight.wait_until_none(self._settings.grace_s):
            self._interrupt.set()
            self.server.in_flight.wait_until_none(_AFTER_INTERRUPT_S)
        self.server.shutdown()
        self.server.server_close()
        return self._status


def serve(env: Mapping[str, str]) -> int:
    """Runs the container until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    container = Container(read_settings(env), S3Source(), make_engine)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: container.stop())
    return container.run()

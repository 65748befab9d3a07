import threading
import time

import pytest
from support.waiting import until

from darkroom_diffusers.cancel import Cancel
from darkroom_diffusers.errors import InferenceFailed
from darkroom_diffusers.server.gpu_queue import GpuQueue


def cancel(limit_s: float = 60, stop: threading.Event | None = None) -> Cancel:
    return Cancel(time.monotonic, limit_s, stop or threading.Event())


def waiting(queue: GpuQueue) -> int:
    return len(queue._line)


def test_turns_come_one_at_a_time_in_the_order_of_asking() -> None:
    queue, order = GpuQueue(10), list[int]()
    threads: list[threading.Thread] = []

    def take(number: int) -> None:
        with queue.turn(cancel()):
            order.append(number)

    with queue.turn(cancel()):
        for number in range(4):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            until(lambda count=number + 2: waiting(queue) == count)
        assert order == []
    for thread in threads:
        thread.join(10)
    assert order == [0, 1, 2, 3]


def test_a_full_line_refuses() -> None:
    queue = GpuQueue(0)
    with queue.turn(cancel()), pytest.raises(InferenceFailed, match="wait for the GPU"):
        queue.turn(cancel()).__enter__()
    with queue.turn(cancel()):
        pass


def test_who_gives_up_waiting_leaves_the_line() -> None:
    queue, stop = GpuQueue(5), threading.Event()
    stop.set()
    with queue.turn(cancel()):
        with pytest.raises(InferenceFailed, match="stopped"):
            queue.turn(cancel(stop=stop)).__enter__()
        assert waiting(queue) == 1


def test_a_limit_is_told() -> None:
    now = [0.0]
    limited = Cancel(lambda: now[0], 30, threading.Event())
    limited.check()
    now[0] = 30.0
    with pytest.raises(InferenceFailed, match="30 s"):
        limited.check()

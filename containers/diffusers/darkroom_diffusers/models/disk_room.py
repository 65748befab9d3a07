"""The cache's accounting: what lies on the disk, what is in use, and what must go first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import InferenceFailed


@dataclass
class _Entry:
    size: int
    users: int = 0


class DiskRoom:
    """Entries in order of use, the least recently used first. `remove(id)` deletes one from the disk."""

    def __init__(self, limit_bytes: int, remove: Callable[[str], None]) -> None:
        self._limit = limit_bytes
        self._remove = remove
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def restore(self, entry_id: str, size: int) -> None:
        """An entry found on the disk at start, in order of last use."""
        self._entries[entry_id] = _Entry(size)

    def use(self, entry_id: str) -> bool:
        """Marks the entry as in use; False when it is not there. Each True needs one `release`."""
        with self._lock:
            entry = self._entries.get(entry_id)
            if entry is None:
                return False
            entry.users += 1
            self._entries.move_to_end(entry_id)
            return True

    def reserve(self, entry_id: str, size: int) -> None:
        """Makes room and takes it; the entry is in use from now on. Raises InferenceFailed when there is none."""
        with self._lock:
            taken = sum(entry.size for entry in self._entries.values())
            idle = [key for key, entry in self._entries.items() if entry.users == 0]
            for key in idle:
                if taken + size <= self._limit:
                    break
                taken -= self._entries.pop(key).size
                self._remove(key)
            if taken + size > self._limit:
                raise InferenceFailed(f"A model of {size} bytes does not fit: {taken} of {self._limit} are in use.")
            self._entries[entry_id] = _Entry(size, users=1)

    def release(self, entry_id: str) -> None:
        with self._lock:
            self._entries[entry_id].users -= 1

    def forget(self, entry_id: str) -> None:
        """Gives back a reservation whose download failed."""
        with self._lock:
            del self._entries[entry_id]
            self._remove(entry_id)

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.memory_source import MemorySource
from support.waiting import until

from darkroom_diffusers.errors import InferenceFailed
from darkroom_diffusers.models.model_ref import ModelRef
from darkroom_diffusers.models.object_cache import ObjectCache


@pytest.fixture
def source() -> Iterator[MemorySource]:
    made = MemorySource()
    for name in "abc":
        made.put(f"{name}.safetensors", name.encode() * 1000)
    yield made
    if made.gate is not None:
        made.gate.set()


def read(cache: ObjectCache, source: MemorySource, name: str) -> bytes:
    with opened(cache, source, name) as path:
        return path.read_bytes()


def opened(cache: ObjectCache, source: MemorySource, name: str):
    ref = ModelRef("Lora", f"{name}.safetensors", "models", f"{name}.safetensors")
    facts = source.head("models", ref.key)
    assert facts is not None
    return cache.file(ref, facts, lambda: None)


def kept(directory: Path) -> set[str]:
    return {path.name[0] for path in directory.glob("*/*.safetensors")}


def test_an_object_is_fetched_once(tmp_path: Path, source: MemorySource) -> None:
    cache = ObjectCache(tmp_path, 10_000, source)
    assert read(cache, source, "a") == read(cache, source, "a") == b"a" * 1000
    assert len(source.reads) == 1


def test_a_changed_object_is_fetched_again(tmp_path: Path, source: MemorySource) -> None:
    cache = ObjectCache(tmp_path, 10_000, source)
    read(cache, source, "a")
    source.put("a.safetensors", b"new")
    assert read(cache, source, "a") == b"new"


def test_a_large_object_arrives_in_ranges(tmp_path: Path, source: MemorySource) -> None:
    body = bytes(range(256)) * (300 * 1024)
    source.put("a.safetensors", body)
    assert read(ObjectCache(tmp_path, 10**9, source), source, "a") == body
    assert len(source.reads) == 3


def test_the_least_recently_used_goes_first(tmp_path: Path, source: MemorySource) -> None:
    cache = ObjectCache(tmp_path, 2500, source)
    for name in "abac":
        read(cache, source, name)
    assert kept(tmp_path) == {"a", "c"}


def test_a_file_in_use_is_not_evicted(tmp_path: Path, source: MemorySource) -> None:
    cache = ObjectCache(tmp_path, 2500, source)
    with opened(cache, source, "a") as path, opened(cache, source, "b"):
        with pytest.raises(InferenceFailed, match="does not fit"):
            read(cache, source, "c")
        assert path.exists()
    read(cache, source, "c")


def test_ten_requests_at_once_fetch_once(tmp_path: Path, source: MemorySource) -> None:
    cache = ObjectCache(tmp_path, 10_000, source)
    source.gate = threading.Event()
    bodies: list[bytes] = []
    threads = [threading.Thread(target=lambda: bodies.append(read(cache, source, "a"))) for _ in range(10)]
    for thread in threads:
        thread.start()
    until(lambda: source.heads == 10)
    source.gate.set()
    for thread in threads:
        thread.join(10)
    assert bodies == [b"a" * 1000] * 10
    assert len(source.reads) == 1


def test_two_different_objects_do_not_wait_for_each_other(tmp_path: Path, source: MemorySource) -> None:
    cache = ObjectCache(tmp_path, 10_000, source)
    with ExitStack() as stack:
        stack.enter_context(opened(cache, source, "a"))
        assert read(cache, source, "b") == b"b" * 1000


def test_a_failed_download_leaves_nothing_and_takes_no_room(tmp_path: Path, source: MemorySource) -> None:
    cache = ObjectCache(tmp_path, 1500, source)
    source.fail_after = 0
    for _ in range(3):
        with pytest.raises(InferenceFailed, match="network"):
            read(cache, source, "a")
    assert list(tmp_path.iterdir()) == []
    source.fail_after = None
    assert read(cache, source, "a") == b"a" * 1000


def test_a_restart_keeps_whole_files_and_removes_halves(tmp_path: Path, source: MemorySource) -> None:
    read(ObjectCache(tmp_path, 10_000, source), source, "a")
    (tmp_path / "0123.part").mkdir()
    again = ObjectCache(tmp_path, 1500, source)
    assert not (tmp_path / "0123.part").exists()
    read(again, source, "a")
    assert len(source.reads) == 1
    read(again, source, "b")
    assert kept(tmp_path) == {"b"}


def test_an_object_larger_than_the_cache_says_so(tmp_path: Path, source: MemorySource) -> None:
    with pytest.raises(InferenceFailed, match="does not fit"):
        read(ObjectCache(tmp_path, 10, source), source, "a")

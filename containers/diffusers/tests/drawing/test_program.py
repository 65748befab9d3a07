"""The program as SageMaker starts it: a process, S3 over HTTP, ping, invocations, SIGTERM."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.pictures import decoded
from support.s3_stub import S3Stub, running_s3
from support.waiting import until

from darkroom_diffusers.engine.load_pipeline import Assets

ROOT = Path(__file__).parents[2]


def send(port: int, path: str, body: object = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", data=data, timeout=120) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def s3(checkpoints: dict[str, Path]) -> Iterator[S3Stub]:
    with running_s3() as stub:
        stub.objects["/models/p/tiny.safetensors"] = checkpoints["sd15"].read_bytes()
        yield stub


def start(port: int, s3: S3Stub, assets: Assets, folder: Path, device: str) -> "subprocess.Popen[bytes]":
    env = {
        **os.environ,
        "SAGEMAKER_BIND_TO_PORT": str(port),
        "DARKROOM_BIND_HOST": "127.0.0.1",
        "DARKROOM_DEVICE": device,
        "DARKROOM_CONFIG_DIR": str(assets.config_dir),
        "DARKROOM_CACHE_DIR": str(folder / "cache"),
        "AWS_ENDPOINT_URL": s3.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    command = [sys.executable, "-m", "darkroom_diffusers", "serve"]
    return subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL)


def request(name: str = "tiny.safetensors", **payload: Any) -> dict[str, Any]:
    small = {"prompt": "a (red:1.2) circle", "width": 64, "height": 64, "steps": 2, "seed": 3, **payload}
    models = {"Stable-diffusion": [{"id": "1", "model_name": name, "s3": "s3://models/p", "type": "Stable-diffusion"}]}
    return {"task": "txt2img", "models": models, "param_s3": None, "payload_string": json.dumps(small)}


def test_a_process_serves_draws_and_ends_on_sigterm(s3: S3Stub, assets: Assets, tmp_path: Path) -> None:
    port = free_port()
    process = start(port, s3, assets, tmp_path, "cpu")
    try:
        until(lambda: send(port, "/ping")[0] == 200, 120)
        replies: list[tuple[int, Any]] = []
        threads = [
            threading.Thread(target=lambda: replies.append(send(port, "/invocations", request()))) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert [status for status, _ in replies] == [200] * 3
        assert len({reply["images"][0] for _, reply in replies}) == 1
        assert decoded(replies[0][1]["images"][0]).size == (64, 64)
        info = json.loads(replies[0][1]["info"])
        assert (info["sd_model_name"], info["seed"]) == ("tiny", 3)
        assert [path for method, path in s3.requests if method == "GET"] == ["/models/p/tiny.safetensors"]
        status, missing = send(port, "/invocations", request("gone.safetensors"))
        assert (status, missing["error"]["name"]) == (404, "ModelNotFound")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()


def test_a_process_without_its_device_ends_with_a_status(s3: S3Stub, assets: Assets, tmp_path: Path) -> None:
    process = start(free_port(), s3, assets, tmp_path, "cuda")
    try:
        assert process.wait(120) == 1
    finally:
        process.kill()

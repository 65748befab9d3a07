"""The hosting contract over real HTTP, with an engine that paints instead of drawing."""

import hashlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.fake_engine import FakeEngine
from support.memory_source import MemorySource
from support.pictures import decoded, plain
from support.running_container import Client, running_container
from support.safetensors_bytes import SD15, safetensors_bytes
from support.waiting import until

from darkroom_diffusers.cancel import Cancel
from darkroom_diffusers.errors import InferenceFailed


def model(name: str, kind: str = "Stable-diffusion") -> dict[str, str]:
    return {"id": "1", "model_name": name, "s3": "s3://models/p", "type": kind}


MODELS = {"Stable-diffusion": [model("rpg.safetensors")]}
SMALL = {"prompt": "a cat", "width": 64, "height": 64, "steps": 2, "seed": 5}


@pytest.fixture
def source() -> MemorySource:
    made = MemorySource()
    made.put("p/rpg.safetensors", SD15)
    made.put("p/film.safetensors", safetensors_bytes({"a": (1,)}))
    return made


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def client(tmp_path: Path, source: MemorySource, engine: FakeEngine) -> Iterator[Client]:
    with running_container(tmp_path, source, lambda _: engine) as made:
        until(lambda: made.ping()[0] == 200)
        yield made


def wait_for(event: threading.Event) -> None:
    assert event.wait(10)


def error_of(reply: tuple[int, object]) -> tuple[int, str, str]:
    status, body = reply
    assert isinstance(body, dict)
    assert set(body) == {"error"}
    return status, body["error"]["name"], body["error"]["message"]


def test_ping_says_no_until_the_engine_is_made(tmp_path: Path, source: MemorySource) -> None:
    made = threading.Event()

    def slowly(_: object) -> FakeEngine:
        made.wait(10)
        return FakeEngine()

    with running_container(tmp_path, source, slowly) as client:
        assert client.ping() == (503, {"status": "starting", "reason": "The container is loading its libraries."})
        assert error_of(client.draw(SMALL, MODELS))[:2] == (500, "InferenceFailed")
        made.set()
        until(lambda: client.ping()[0] == 200)
        assert client.ping()[1] == {"status": "ready"}


def test_an_engine_that_cannot_be_made_ends_the_program_with_a_status(tmp_path: Path, source: MemorySource) -> None:
    def never(_: object) -> FakeEngine:
        raise RuntimeError("DARKROOM_DEVICE is cuda, but there is no CUDA device here.")

    with running_container(tmp_path, source, never) as client:
        client.thread.join(10)
        assert client.status == [1]


def test_txt2img_replies_as_a1111_does(client: Client) -> None:
    status, reply = client.draw({**SMALL, "negative_prompt": "dog", "batch_size": 2, "zzz": 1}, MODELS)
    assert status == 200
    assert set(reply) == {"images", "parameters", "info"}
    assert [decoded(image).getpixel((0, 0))[0] for image in reply["images"]] == [5, 6]
    assert reply["parameters"]["seed"] == 5
    assert reply["parameters"]["sampler_name"] == "Euler"
    info = json.loads(reply["info"])
    assert info["all_seeds"] == [5, 6]
    assert info["sd_model_name"] == "rpg"
    assert info["ignored"] == ["zzz"]
    first, second, facts = info["infotexts"][1].split("\n")
    assert (first, second) == ("a cat", "Negative prompt: dog")
    assert facts.startswith("Steps: 2, Sampler: Euler, CFG scale: 7, Seed: 6, Size: 64x64, Model hash: ")
    assert decoded(reply["images"][1]).info["parameters"] == info["infotexts"][1]


def test_parameters_may_come_from_s3(client: Client, source: MemorySource) -> None:
    source.put("txt2img/infer_v2/1/api_param.json", b'{"width":64,"height":64,"seed":9,"s_tmax":Infinity}')
    body = {"task": "txt2img", "models": MODELS, "payload_string": None}
    status, reply = client.invoke({**body, "param_s3": "s3://models/txt2img/infer_v2/1/api_param.json"})
    assert (status, reply["parameters"]["seed"], reply["parameters"]["s_tmax"]) == (200, 9, None)
    assert error_of(client.invoke({**body, "param_s3": "s3://models/nowhere.json"}))[:2] == (400, "InvalidPayload")


@pytest.mark.parametrize(
    ("body", "status", "name", "says"),
    [
        ({}, 400, "InvalidPayload", "task"),
        ({"task": "txt2img"}, 400, "InvalidPayload", "payload_string"),
        ({"task": "txt2img", "payload_string": "{"}, 400, "InvalidPayload", "payload_string"),
        ({"task": "txt2img", "payload_string": "[]"}, 400, "InvalidPayload", "payload_string"),
        ({"task": "txt2img", "payload_string": "{}"}, 400, "InvalidPayload", "Stable-diffusion"),
        ({"task": "interrogate_clip", "payload_string": "{}"}, 422, "UnsupportedTask", "interrogate_clip"),
        ({"task": "txt2img", "payload_string": '{"sampler_name":"X"}'}, 400, "InvalidPayload", "'X'"),
        ({"task": "rembg", "payload_string": json.dumps({"input_image": plain()})}, 422, "UnsupportedTask", "u2net"),
        ({"task": "rembg", "payload_string": "{}"}, 400, "InvalidPayload", "input_image"),
    ],
)
def test_errors_have_a_status_a_name_and_a_reason(
    client: Client, body: object, status: int, name: str, says: str
) -> None:
    assert error_of(client.invoke(body))[:2] == (status, name)
    assert says in error_of(client.invoke(body))[2]


def test_a_body_that_is_no_json_and_a_route_that_is_none(client: Client) -> None:
    assert error_of(client.send("POST", "/invocations", b"\xff\x00"))[:2] == (400, "InvalidPayload")
    assert error_of(client.send("POST", "/invocations", b"null"))[:2] == (400, "InvalidPayload")
    assert error_of(client.send("GET", "/nowhere"))[0] == 404


def test_an_unknown_model_is_not_found_and_nothing_is_downloaded(
    client: Client, source: MemorySource, engine: FakeEngine
) -> None:
    missing = {"Stable-diffusion": [model("rpg.safetensors")], "Lora": [model("gone.safetensors", "Lora")]}
    reply = error_of(client.draw({**SMALL, "prompt": "<lora:gone:1>"}, missing))
    assert reply[:2] == (404, "ModelNotFound")
    assert "s3://models/p/gone.safetensors" in reply[2]
    assert error_of(client.draw({**SMALL, "prompt": "<lora:other:1>"}, MODELS))[:2] == (404, "ModelNotFound")
    named = {**SMALL, "override_settings": {"sd_model_checkpoint": "rp"}}
    assert error_of(client.draw(named, MODELS))[:2] == (404, "ModelNotFound")
    assert source.reads == []
    assert engine.calls == []


def test_a_checkpoint_is_chosen_by_its_exact_name(client: Client, source: MemorySource, engine: FakeEngine) -> None:
    source.put("p/other.safetensors", SD15 + b"")
    two = {"Stable-diffusion": [model("rpg.safetensors"), model("other.safetensors")]}
    named = {**SMALL, "override_settings": {"sd_model_checkpoint": "other [0123456789]"}}
    assert client.draw(named, two)[0] == 200
    assert engine.calls[-1][1].checkpoint.name == "other.safetensors"
    assert client.draw(SMALL, two)[0] == 200
    assert engine.calls[-1][1].checkpoint.name == "rpg.safetensors"


def test_a_file_that_is_no_checkpoint_is_refused_before_the_gpu(client: Client, engine: FakeEngine) -> None:
    assert error_of(client.draw(SMALL, {"Stable-diffusion": [model("film.safetensors")]}))[:2] == (
        422,
        "UnsupportedTask",
    )
    assert engine.calls == []


def test_loras_and_embeddings_of_the_prompt_reach_the_engine(
    client: Client, source: MemorySource, engine: FakeEngine
) -> None:
    source.put("p/bad-hands.safetensors", safetensors_bytes({"emb_params": (2, 4)}))
    source.put("p/unused.safetensors", safetensors_bytes({"emb_params": (2, 4)}))
    lists = {
        **MODELS,
        "Lora": [model("film.safetensors", "Lora")],
        "embeddings": [model("bad-hands.safetensors", "embeddings"), model("unused.safetensors", "embeddings")],
        "VAE": [model("None", "VAE")],
    }
    status, reply = client.draw({**SMALL, "prompt": "x <lora:film:0.5>", "negative_prompt": "Bad-Hands"}, lists)
    assert status == 200
    facts = json.loads(reply["info"])["extra_generation_params"]
    assert facts["Lora hashes"] == f"film: {hashlib.sha256(bytes(4)).hexdigest()[:12]}"
    generation, files = engine.calls[-1]
    assert generation.prompt == "x "
    assert [(use.name, made.name) for use, made in files.loras] == [("film", "film.safetensors")]
    assert [made.name for made in files.embeddings] == ["bad-hands.safetensors"]
    assert files.vae is None


def test_a_model_directory_serves_without_s3(client: Client, tmp_path: Path, engine: FakeEngine) -> None:
    path = tmp_path / "model" / "Stable-diffusion" / "mine.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(SD15)
    assert client.draw(SMALL)[0] == 200
    assert engine.calls[-1][1].checkpoint.path == path


def test_a_packaged_model_is_named_without_an_s3_location(
    client: Client, tmp_path: Path, source: MemorySource, engine: FakeEngine
) -> None:
    """The endpoint of a packaged model: its files need not be in the library any more."""
    for kind, name in (("Stable-diffusion", "a"), ("Stable-diffusion", "b"), ("Lora", "film")):
        path = tmp_path / "model" / kind / f"{name}.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(SD15 if kind == "Stable-diffusion" else safetensors_bytes({"a": (1,)}))
    packaged = {
        "Stable-diffusion": [{**model("b.safetensors"), "s3": ""}],
        "Lora": [{**model("film.safetensors", "Lora"), "s3": ""}],
    }
    status, reply = client.draw({**SMALL, "prompt": "a cat <lora:film:0.5>"}, packaged)
    assert status == 200, reply
    files = engine.calls[-1][1]
    assert (files.checkpoint.name, files.loras[0][1].name) == ("b.safetensors", "film.safetensors")
    assert (source.heads, source.reads) == (0, [])
    gone = {"Stable-diffusion": [{**model("c.safetensors"), "s3": ""}]}
    assert error_of(client.draw(SMALL, gone))[:2] == (404, "ModelNotFound")


def test_out_of_memory_is_named_and_the_pipelines_are_dropped(client: Client, engine: FakeEngine) -> None:
    class OutOfMemoryError(RuntimeError):
        pass

    def fail(_: Cancel) -> None:
        raise OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB")

    engine.before = fail
    assert error_of(client.draw(SMALL, MODELS))[:2] == (507, "OutOfMemory")
    assert engine.drops == 1
    engine.before = lambda _: None
    assert client.ping()[0] == 200
    assert client.draw(SMALL, MODELS)[0] == 200


def test_a_broken_device_ends_the_health(client: Client, engine: FakeEngine) -> None:
    def fail(_: Cancel) -> None:
        raise RuntimeError("CUDA error: device-side assert triggered")

    engine.before = fail
    assert error_of(client.draw(SMALL, MODELS))[:2] == (500, "InferenceFailed")
    assert client.ping()[0] == 503


def test_what_nobody_foresaw_is_told_as_well(client: Client, engine: FakeEngine) -> None:
    def fail(_: Cancel) -> None:
        raise KeyError("surprise")

    engine.before = fail
    status, name, message = error_of(client.draw(SMALL, MODELS))
    assert (status, name) == (500, "InferenceFailed")
    assert "surprise" in message
    assert client.ping()[0] == 200


def test_requests_take_turns_and_ping_answers_meanwhile(client: Client, engine: FakeEngine) -> None:
    go = threading.Event()
    engine.before = lambda _: wait_for(go)
    replies: list[int] = []
    threads = [threading.Thread(target=lambda: replies.append(client.draw(SMALL, MODELS)[0])) for _ in range(5)]
    for thread in threads:
        thread.start()
    until(lambda: len(engine.calls) == 1)
    assert client.ping()[0] == 200
    go.set()
    for thread in threads:
        thread.join(10)
    assert replies == [200] * 5
    assert engine.most_at_once == 1


def test_a_request_past_its_time_ends_with_a_reason(tmp_path: Path, source: MemorySource, engine: FakeEngine) -> None:
    def draw_on(cancel: Cancel) -> None:
        while True:
            cancel.check()

    engine.before = draw_on
    with running_container(tmp_path, source, lambda _: engine, DARKROOM_REQUEST_TIMEOUT_S="1") as client:
        until(lambda: client.ping()[0] == 200)
        status, name, message = error_of(client.draw(SMALL, MODELS))
        assert (status, name) == (500, "InferenceFailed")
        assert "1 s" in message


def test_a_stop_lets_the_running_request_finish(client: Client, engine: FakeEngine) -> None:
    go = threading.Event()
    engine.before = lambda _: wait_for(go)
    replies: list[tuple[int, object]] = []
    thread = threading.Thread(target=lambda: replies.append(client.draw(SMALL, MODELS)))
    thread.start()
    until(lambda: len(engine.calls) == 1)
    client.container.stop()
    until(lambda: client.ping()[0] == 503)
    go.set()
    thread.join(10)
    client.thread.join(10)
    assert replies[0][0] == 200
    assert client.status == [0]


def test_a_stop_interrupts_what_does_not_finish(tmp_path: Path, source: MemorySource, engine: FakeEngine) -> None:
    def draw_on(cancel: Cancel) -> None:
        while True:
            cancel.check()

    engine.before = draw_on
    replies: list[tuple[int, object]] = []
    with running_container(tmp_path, source, lambda _: engine, DARKROOM_GRACE_S="0") as client:
        until(lambda: client.ping()[0] == 200)
        thread = threading.Thread(target=lambda: replies.append(client.draw(SMALL, MODELS)))
        thread.start()
        until(lambda: len(engine.calls) == 1)
        client.container.stop()
        thread.join(10)
        client.thread.join(10)
    assert error_of(replies[0])[1:] == (InferenceFailed.name, "The container is being stopped; send the request again.")


def test_extra_single_image_resamples(client: Client) -> None:
    body = {
        "task": "extra-single-image",
        "payload_string": json.dumps({"image": plain("blue"), "upscaler_1": "Lanczos", "upscaling_resize": 3}),
    }
    status, reply = client.invoke(body)
    assert status == 200
    assert decoded(reply["image"]).size == (192, 192)
    assert "Lanczos, 64x64 to 192x192" in reply["html_info"]
    learned = {
        "task": "extra-single-image",
        "payload_string": json.dumps({"image": plain(), "upscaler_1": "R-ESRGAN 4x+"}),
    }
    assert error_of(client.invoke(learned))[:2] == (422, "UnsupportedTask")

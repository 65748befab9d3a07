"""training.json, learning rates, order, names: what a training decides before torch is there."""

import json
import random
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from darkroom_diffusers.errors import UnsupportedTask
from darkroom_diffusers.train.errors import TrainingError
from darkroom_diffusers.train.explain_failure import explain_failure
from darkroom_diffusers.train.find_pictures import find_pictures
from darkroom_diffusers.train.header_metadata import TrainedWith, header_metadata
from darkroom_diffusers.train.job_folders import find_job_folders
from darkroom_diffusers.train.ldm_names import UnetShape, clip_layout, open_clip_layout, unet_name
from darkroom_diffusers.train.learning_rates import rate_factor
from darkroom_diffusers.train.lora_names import lora_name
from darkroom_diffusers.train.picture_order import CLASS, INSTANCE, drawn_seed, picture_index
from darkroom_diffusers.train.progress import Progress, SaveClock
from darkroom_diffusers.train.run_training import run_training
from darkroom_diffusers.train.training_settings import parse_settings, read_settings_file

LEAST = {
    "name": "toy",
    "method": "lora",
    "family": "sd1",
    "base": {"file": "b.safetensors"},
    "steps": 10,
    "learningRate": 1e-4,
}
XL = UnetShape(2, ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"))


def test_the_least_settings_have_defaults() -> None:
    settings = parse_settings({**LEAST, "textEncoderLearningRate": None, "classPrompt": None, "checkpointEvery": None})
    assert (settings.batch_size, settings.resolution, settings.lr_scheduler) == (1, 512, "constant")
    assert settings.lora is not None
    assert (settings.lora.rank, settings.lora.alpha) == (16, 16)
    assert (settings.text_encoder_learning_rate, settings.checkpoint_every, settings.prior) == (1e-4, None, None)


def test_dreambooth_has_no_rank_and_prior_preservation_has_defaults() -> None:
    settings = parse_settings(
        {**LEAST, "method": "dreambooth", "lora": {"rank": 4}, "classPrompt": "a toy", "priorPreservation": {}}
    )
    assert settings.lora is None
    assert settings.prior is not None
    assert (settings.prior.weight, settings.prior.images) == (1, 50)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": None}, "name is missing"),
        ({"name": "../toy"}, "stem of a file name"),
        ({"name": ".."}, "stem of a file name"),
        ({"steps": "many"}, "steps must be a whole number"),
        ({"steps": 0}, "steps is 0"),
        ({"learningRate": 0}, "greater than 0"),
        ({"learningRate": "nan"}, "learningRate must be a number"),
        ({"family": "pocket"}, "family must be one of sd1, sdxl"),
        ({"method": "textual-inversion"}, "method must be one of"),
        ({"lrScheduler": "adafactor"}, "lrScheduler must be one of constant"),
        ({"mixedPrecision": "fp8"}, "mixedPrecision must be one of no, fp16, bf16"),
        ({"resolution": 500}, "multiple of 8"),
        ({"base": {"file": "../b.safetensors"}}, "base.file"),
        ({"base": {}}, "base.file"),
        ({"lora": {"rank": 0}}, "lora: rank is 0"),
        ({"lora": "big"}, "lora must be an object"),
        ({"priorPreservation": {"images": 5}}, "needs a classPrompt"),
        ({"classPrompt": "a", "priorPreservation": {"weight": "inf"}}, "weight is inf"),
    ],
)
def test_a_wrong_setting_is_named(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(TrainingError, match=says):
        parse_settings({**LEAST, **changes})


def test_settings_that_are_no_object_or_no_json_say_so(tmp_path: Path) -> None:
    path = tmp_path / "training.json"
    with pytest.raises(TrainingError, match=r"no training\.json"):
        read_settings_file(path)
    for text, says in (("[1]", "must be an object"), ("{", "not JSON"), ("\udc80", "not JSON")):
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(TrainingError, match=says):
            read_settings_file(path)


def test_two_trainings_have_different_digests_but_metadata_does_not_count() -> None:
    first = parse_settings(LEAST).digest
    assert parse_settings({**LEAST, "metadata": {"a": 1}, "checkpointEvery": 5}).digest == first
    assert parse_settings({**LEAST, "seed": 1}).digest != first


def test_the_rate_warms_up_and_then_follows_its_schedule() -> None:
    def rates(schedule: str) -> list[float]:
        return [round(rate_factor(schedule, step, warmup=2, steps=6), 3) for step in range(6)]

    assert rates("constant") == [0.5, 1, 1, 1, 1, 1]
    assert rates("linear") == [0.5, 1, 1, 0.75, 0.5, 0.25]
    assert rates("cosine") == [0.5, 1, 1, 0.854, 0.5, 0.146]
    assert rate_factor("linear", 3, warmup=9, steps=4) == pytest.approx(4 / 9)


def test_every_picture_is_shown_once_a_round_in_another_order() -> None:
    rounds = [[picture_index(7, INSTANCE, 5, 5 * number + place) for place in range(5)] for number in range(4)]
    assert all(sorted(each) == [0, 1, 2, 3, 4] for each in rounds)
    assert len({tuple(each) for each in rounds}) > 1


def test_draws_depend_on_seed_position_and_stream_alone() -> None:
    seeds = [drawn_seed(1, position, stream) for position in range(50) for stream in (INSTANCE, CLASS)]
    assert len(set(seeds)) == 100
    assert drawn_seed(1, 3, CLASS) == seeds[7]
    assert drawn_seed(2, 3, CLASS) != seeds[7]
    assert all(0 <= seed < 2**63 for seed in seeds)


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def test_pictures_are_found_in_folders_with_their_captions(tmp_path: Path) -> None:
    put(tmp_path, "b.PNG", "a.jpg", "notes.md", "deep/c.webp")
    (tmp_path / "a.txt").write_text(" an old\n toy ")
    (tmp_path / "b.txt").write_text(" \n")
    found = find_pictures(tmp_path, "a sks toy", captions=True)
    assert [(each.path.name, each.prompt) for each in found] == [
        ("a.jpg", "an old toy"),
        ("b.PNG", "a sks toy"),
        ("c.webp", "a sks toy"),
    ]
    assert {each.prompt for each in find_pictures(tmp_path, "x", captions=False)} == {"x"}


def test_no_pictures_and_pictures_without_words_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "notes.txt")
    with pytest.raises(TrainingError, match="holds no images"):
        find_pictures(tmp_path, "x", captions=True)
    put(tmp_path, "a.png")
    with pytest.raises(TrainingError, match=r"a\.png has no caption"):
        find_pictures(tmp_path, "", captions=True)


def test_unet_names_are_those_of_the_single_file() -> None:
    names = {
        "time_embedding.linear_2.bias": "time_embed.2.bias",
        "add_embedding.linear_1.weight": "label_emb.0.0.weight",
        "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight": (
            "input_blocks.4.1.transformer_blocks.0.attn1.to_q.weight"
        ),
        "down_blocks.0.downsamplers.0.conv.bias": "input_blocks.3.0.op.bias",
        "mid_block.resnets.1.time_emb_proj.weight": "middle_block.2.emb_layers.1.weight",
        "up_blocks.0.upsamplers.0.conv.weight": "output_blocks.2.2.conv.weight",
        "up_blocks.2.resnets.0.conv_shortcut.bias": "output_blocks.6.0.skip_connection.bias",
        "conv_out.bias": "out.2.bias",
    }
    assert {old: unet_name(old, XL) for old in names} == names
    with pytest.raises(KeyError):
        unet_name("something.new", XL)


def test_text_encoders_names_are_those_of_the_single_file() -> None:
    assert [each.name for each in clip_layout(["text_model.a", "text_model.position_ids"], "p.")] == ["p.text_model.a"]
    layout = {each.name: each for each in open_clip_layout(2, "p.")}
    assert len(layout) == 5 + 2 * 12
    assert layout["p.text_projection"].transposed
    assert layout["p.transformer.resblocks.1.attn.in_proj_bias"].sources == tuple(
        f"text_model.encoder.layers.1.self_attn.{name}_proj.bias" for name in "qkv"
    )


def test_lora_names_are_kohyas() -> None:
    unet = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_out.0"
    text = "text_model.encoder.layers.0.self_attn.q_proj"
    assert lora_name("sd1", "unet", unet, XL) == f"lora_unet_{unet.replace('.', '_')}"
    assert lora_name("sdxl", "unet", unet, XL) == "lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_out_0"
    assert lora_name("sd1", "text_encoder", text, XL) == "lora_te_text_model_encoder_layers_0_self_attn_q_proj"
    assert lora_name("sdxl", "text_encoder", text, XL) == "lora_te1_text_model_encoder_layers_0_self_attn_q_proj"
    assert lora_name("sdxl", "text_encoder_2", text, XL) == "lora_te2_text_model_encoder_layers_0_self_attn_q_proj"


def test_progress_is_a_line_a_second_with_the_mean_loss() -> None:
    lines: list[str] = []
    now = 0.0
    progress = Progress(100, lines.append, lambda: now)
    for step in range(1, 101):
        progress.after_step(step, float(step), 1e-6)
        now += 0.25
    assert lines[0] == "progress step=1 of=100 loss=1 lr=1e-06 seconds=0.0"
    assert lines[1] == "progress step=5 of=100 loss=3.5 lr=1e-06 seconds=1.0"
    assert lines[-1].startswith("progress step=100 of=100 ")
    assert len(lines) == 26


def test_the_state_is_written_each_minute_but_not_when_that_takes_all_the_time() -> None:
    now = 0.0

    def takes(seconds: float) -> Callable[[], None]:
        def write() -> None:
            nonlocal now
            now += seconds

        return write

    clock = SaveClock(lambda: now)
    now = 59
    assert not clock.is_due()
    now = 60
    assert clock.is_due()
    clock.timed(takes(1))
    now += 59
    assert not clock.is_due()
    now += 1
    assert clock.is_due()
    clock.timed(takes(30))
    now += 599
    assert not clock.is_due()
    now += 1
    assert clock.is_due()


def test_the_header_has_strings_only_and_the_trainings_own_win() -> None:
    settings = parse_settings({**LEAST, "family": "sdxl", "metadata": {"ss_seed": 5, "darkroom.training": "t"}})
    made = header_metadata(settings, 10, TrainedWith(3, 0, datetime(2026, 1, 2, tzinfo=UTC)))
    assert all(isinstance(value, str) for value in made.values())
    assert (made["ss_seed"], made["darkroom.training"], made["ss_num_train_images"]) == ("5", "t", "3")
    assert made["modelspec.date"] == "2026-01-02T00:00:00+00:00"


class OutOfMemoryError(RuntimeError):
    """As torch's is named."""


def test_failures_become_sentences() -> None:
    settings = parse_settings({**LEAST, "gradientCheckpointing": True, "mixedPrecision": "fp16", "resolution": 768})
    full = explain_failure(OutOfMemoryError("CUDA out of memory"), settings)
    assert "smaller resolution" in full
    assert "gradientCheckpointing" not in full
    assert explain_failure(TrainingError("No."), settings) == "No."
    assert explain_failure(UnsupportedTask("A pickle."), None) == "A pickle."
    assert explain_failure(KeyError("x" * 3000), None).startswith("KeyError")
    assert len(explain_failure(KeyError("x" * 3000), None)) == 1024


@pytest.fixture
def _signals_as_before() -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals_as_before")
def test_a_job_without_settings_ends_with_the_reason_and_without_torch(tmp_path: Path) -> None:
    assert run_training({"DARKROOM_ML_DIR": str(tmp_path)}) == 1
    assert (tmp_path / "output" / "failure").read_text() == "The channel config holds no training.json."
    assert find_job_folders({}).settings == Path("/opt/ml/input/data/config/training.json")


def test_settings_written_in_any_order_are_the_same_training() -> None:
    items = list(LEAST.items())
    random.Random(1).shuffle(items)
    assert parse_settings(json.loads(json.dumps(dict(items)))).digest == parse_settings(LEAST).digest

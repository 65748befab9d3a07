"""How prompts become tensors."""

from pathlib import Path

import pytest
import torch
from conftest import Draw, local
from support.tiny_models import save

from darkroom_diffusers.engine.conditioning import Words, encode_words
from darkroom_diffusers.engine.load_pipeline import Assets, Loaded, load_pipeline
from darkroom_diffusers.engine.place import find_place
from darkroom_diffusers.engine.prompt_chunks import prompt_chunks
from darkroom_diffusers.engine.textual_inversion import Embedding, read_embedding
from darkroom_diffusers.errors import UnsupportedTask


@pytest.fixture(scope="module")
def sd15(checkpoints: dict[str, Path], assets: Assets) -> Loaded:
    return load_pipeline("sd15", checkpoints["sd15"], None, assets=assets, place=find_place("cpu"))


@pytest.fixture(scope="module")
def sdxl(checkpoints: dict[str, Path], assets: Assets) -> Loaded:
    return load_pipeline("sdxl", checkpoints["sdxl"], None, assets=assets, place=find_place("cpu"))


def hidden(loaded: Loaded, prompt: str, clip_skip: int = 1, *embeddings: Embedding) -> torch.Tensor:
    tensor: torch.Tensor = encode_words(loaded, Words(prompt, "x", clip_skip, embeddings))["prompt_embeds"]
    return tensor


def test_without_weights_the_encoding_is_diffusers_own(sd15: Loaded) -> None:
    theirs, _ = sd15.base.encode_prompt("a red circle", "cpu", 1, False)
    torch.testing.assert_close(hidden(sd15, "a red circle"), theirs)


def test_clip_skip_two_is_diffusers_clip_skip_one(sd15: Loaded) -> None:
    theirs, _ = sd15.base.encode_prompt("a red circle", "cpu", 1, False, clip_skip=1)
    torch.testing.assert_close(hidden(sd15, "a red circle", 2), theirs)


def test_sdxl_is_encoded_as_diffusers_does(sdxl: Loaded) -> None:
    theirs = sdxl.base.encode_prompt("a red circle", device="cpu", negative_prompt=None)
    ours = encode_words(sdxl, Words("a red circle", "", 1, ()))
    names = ("prompt_embeds", "negative_prompt_embeds", "pooled_prompt_embeds", "negative_pooled_prompt_embeds")
    for name, tensor in zip(names, theirs, strict=True):
        torch.testing.assert_close(ours[name], tensor)


def test_a_weight_scales_its_words_and_keeps_the_mean(sd15: Loaded) -> None:
    plain, strong = hidden(sd15, "a red circle"), hidden(sd15, "a (red:1.5) circle")
    ratio = strong / plain
    torch.testing.assert_close(strong.mean(), plain.mean())
    torch.testing.assert_close((ratio[0, 2] / ratio[0, 1]).mean(), torch.tensor(1.5))


def test_a_long_prompt_has_several_chunks_and_the_shorter_one_is_filled_up(sd15: Loaded) -> None:
    made = encode_words(sd15, Words("word " * 100, "short", 1, ()))
    assert made["prompt_embeds"].shape == made["negative_prompt_embeds"].shape == (1, 154, 32)
    assert hidden(sd15, "a BREAK b").shape == (1, 154, 32)


def embedding(folder: Path, **tensors: torch.Tensor) -> Embedding:
    return read_embedding(local(save(tensors, folder / "bad-hands.safetensors")))


def test_an_embedding_stands_where_its_name_is(sd15: Loaded, tmp_path: Path) -> None:
    table = sd15.base.text_encoder.get_input_embeddings().weight
    word = sd15.base.tokenizer("circle", add_special_tokens=False).input_ids[0]
    made = embedding(tmp_path, emb_params=table[[word, word]].detach())
    torch.testing.assert_close(hidden(sd15, "a Bad-Hands", 1, made), hidden(sd15, "a circle circle"))
    torch.testing.assert_close(hidden(sd15, "a circle circle"), hidden(sd15, "a circle circle", 1, made))
    assert len(prompt_chunks("bad-hands-2", sd15.base.tokenizer, "l", [made])[0]) == 5


def test_an_embedding_of_another_kind_of_model_is_refused(draw: Draw, sdxl: Loaded, tmp_path: Path) -> None:
    wide = save({"emb_params": torch.zeros(1, 48)}, tmp_path / "wide.safetensors")
    with pytest.raises(UnsupportedTask, match="embedding"):
        draw(prompt="wide", files={"embeddings": (local(wide),)})
    with pytest.raises(UnsupportedTask, match="bad-hands"):
        hidden(sdxl, "bad-hands", 1, embedding(tmp_path, emb_params=torch.zeros(1, 32)))


def test_sdxl_embeddings_have_vectors_for_both_encoders(sdxl: Loaded, tmp_path: Path) -> None:
    made = embedding(tmp_path, clip_l=torch.ones(2, 32), clip_g=torch.ones(2, 64))
    assert not torch.equal(hidden(sdxl, "bad-hands", 1, made), hidden(sdxl, "bad-hands"))

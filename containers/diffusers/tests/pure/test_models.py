from pathlib import Path

import pytest
from support.safetensors_bytes import SD15, SD15_SHAPES, UNET, safetensors_bytes

from darkroom_diffusers.errors import ContainerError, InferenceFailed, InvalidPayload, ModelNotFound, UnsupportedTask
from darkroom_diffusers.models.checkpoint_family import detect_family
from darkroom_diffusers.models.model_lists import KINDS, all_models, find_shipped, read_requested
from darkroom_diffusers.models.model_names import find_by_name
from darkroom_diffusers.models.model_ref import ModelRef
from darkroom_diffusers.models.safetensors_header import TensorFacts, read_header


def header(shapes: dict[str, tuple[int, ...]]) -> dict[str, TensorFacts]:
    return {name: TensorFacts("F32", shape) for name, shape in shapes.items()}


def family(**changes: tuple[int, ...]) -> str:
    return detect_family("x.safetensors", header({**SD15_SHAPES, **changes}))


XL = {UNET: (320, 4, 3, 3), "conditioner.embedders.1.model.ln_final.bias": (8,)}


def test_families_are_told_from_the_header() -> None:
    assert family() == "sd15"
    assert family(**{UNET: (320, 9, 3, 3)}) == "sd15-inpaint"
    assert detect_family("x", header(XL)) == "sdxl"
    assert detect_family("x", header({**XL, UNET: (320, 9, 3, 3)})) == "sdxl-inpaint"


@pytest.mark.parametrize(
    ("shapes", "says"),
    [
        ({"a": (1,)}, "no Stable Diffusion checkpoint"),
        ({UNET: (320, 4, 3, 3)}, "no text encoder"),
        ({UNET: (320, 4, 3, 3), "cond_stage_model.model.ln_final.bias": (8,)}, "Stable Diffusion 2"),
        ({UNET: (320, 4, 3, 3), "conditioner.embedders.0.model.ln_final.bias": (8,)}, "refiner"),
        ({**XL, "v_pred": (0,)}, "predicts v"),
        ({**SD15_SHAPES, UNET: (320, 8, 3, 3)}, "8 input channels"),
    ],
)
def test_other_architectures_are_refused_by_name(shapes: dict[str, tuple[int, ...]], says: str) -> None:
    with pytest.raises(UnsupportedTask, match=says):
        detect_family("x.safetensors", header(shapes))


def test_a_header_is_read_without_the_tensors(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(SD15)
    assert read_header(path)[UNET].shape == (2, 4, 3, 3)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1234",
        b"PK\x03\x04aaaaaaaaaaaaaaaa",
        SD15[:-10],
        (5).to_bytes(8, "little") + b"[1,2]",
        (2).to_bytes(8, "little") + b"{x",
    ],
)
def test_a_file_that_is_none_or_is_cut_short_says_so(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(data)
    with pytest.raises(InferenceFailed, match=r"a\.safetensors"):
        read_header(path)


def test_negative_and_reversed_offsets_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    text = b'{"t":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}'
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    with pytest.raises(InferenceFailed):
        read_header(path)
    assert read_header_of(tmp_path, safetensors_bytes({"t": (3,)}))["t"].shape == (3,)


def read_header_of(tmp_path: Path, data: bytes) -> dict[str, TensorFacts]:
    path = tmp_path / "b.safetensors"
    path.write_bytes(data)
    return dict(read_header(path))


def ref(name: str) -> ModelRef:
    return ModelRef("Stable-diffusion", name, bucket="b", key=name)


REFS = (ref("rpg.safetensors"), ref("rpg-2.safetensors"), ref("sub/film.safetensors"))


@pytest.mark.parametrize("name", ["rpg.safetensors", "rpg", "rpg [1a2b3c4d5e]", "rpg.safetensors [1a2b3c4d5e]"])
def test_a_model_answers_to_its_exact_name_in_a1111s_forms(name: str) -> None:
    assert find_by_name("Checkpoint", name, REFS) == REFS[0]


@pytest.mark.parametrize("name", ["rp", "RPG", "rpg-", "rpg.ckpt", "unknown", ""])
def test_no_other_name_finds_a_model(name: str) -> None:
    with pytest.raises(ModelNotFound, match=r"rpg-2\.safetensors"):
        find_by_name("Checkpoint", name, REFS)


def entry(name: object, s3: object = "s3://bucket/some/prefix") -> dict[str, object]:
    return {"id": "1", "model_name": name, "s3": s3, "type": "Stable-diffusion"}


NOTHING: dict[str, tuple[ModelRef, ...]] = dict.fromkeys(KINDS, ())


def test_requested_models_become_objects() -> None:
    models = {"space_free_size": 4e10, "Stable-diffusion": [entry("a.safetensors")], "VAE": [entry("Automatic")]}
    lists = read_requested(models, NOTHING)
    assert lists["Stable-diffusion"] == (
        ModelRef("Stable-diffusion", "a.safetensors", "bucket", "some/prefix/a.safetensors"),
    )
    assert lists["VAE"] == lists["Lora"] == ()


@pytest.mark.parametrize(
    "name", ["../a.safetensors", "/a.safetensors", "a//b.safetensors", "", None, 5, "a\\b.safetensors"]
)
def test_a_name_that_is_no_file_name_is_refused(name: object) -> None:
    with pytest.raises(InvalidPayload, match="model_name"):
        read_requested({"Lora": [entry(name)]}, NOTHING)


@pytest.mark.parametrize("name", ["a.ckpt", "a.pt", "a.PTH", "a.bin", "a.zip"])
def test_pickles_are_refused(name: str) -> None:
    with pytest.raises(UnsupportedTask, match="safetensors"):
        read_requested({"embeddings": [entry(name)]}, NOTHING)


@pytest.mark.parametrize(
    "models", [[], {"Lora": {}}, {"Lora": [entry("a.safetensors", "http://x")]}, {"hypernetworks": [1]}]
)
def test_a_broken_list_is_refused(models: object) -> None:
    with pytest.raises(ContainerError):
        read_requested(models, NOTHING)


def test_an_empty_location_means_the_model_directory(tmp_path: Path) -> None:
    path = tmp_path / "Lora" / "sub" / "film.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(safetensors_bytes({"a": (1,)}))
    shipped = find_shipped(tmp_path)
    lists = read_requested({"Lora": [entry("sub/film.safetensors", "")]}, shipped)
    assert lists["Lora"] == (ModelRef("Lora", "sub/film.safetensors", path=path),)
    for models in ({"Lora": [entry("film.safetensors", "")]}, {"VAE": [entry("sub/film.safetensors", "")]}):
        with pytest.raises(ModelNotFound, match="not in the model directory"):
            read_requested(models, shipped)
    with pytest.raises(InvalidPayload, match="model_name"):
        read_requested({"Lora": [entry("../Lora/sub/film.safetensors", "")]}, shipped)
    for location in (None, "None"):
        assert read_requested({"Lora": [entry("sub/film.safetensors", location)]}, shipped) == lists
    assert all_models(lists, shipped) == lists


def test_the_requests_own_model_goes_before_the_directorys_of_the_same_name() -> None:
    requested = {**NOTHING, "VAE": (ModelRef("VAE", "v.safetensors", "bucket", "v.safetensors"),)}
    shipped = {
        **NOTHING,
        "VAE": (ModelRef("VAE", "v.safetensors", path=Path("v")), ModelRef("VAE", "w", path=Path("w"))),
    }
    assert [(ref.model_name, ref.bucket) for ref in all_models(requested, shipped)["VAE"]] == [
        ("v.safetensors", "bucket"),
        ("w", ""),
    ]

import re

import pytest

from darkroom_diffusers.errors import InvalidPayload, UnsupportedTask
from darkroom_diffusers.payload.samplers import SAMPLERS, choose_sampling, sampler_label

OLD_NAMES = (
    "Euler a, Euler, LMS, Heun, DPM2, DPM2 a, DPM++ 2S a, DPM++ 2M, DPM++ SDE, DPM fast, LMS Karras, DPM2 Karras, "
    "DPM2 a Karras, DPM++ 2S a Karras, DPM++ 2M Karras, DPM++ SDE Karras, DPM++ 2M SDE Karras, "
    "DPM++ 2M SDE Exponential, DPM++ 2M SDE Heun Karras, DPM++ 3M SDE Karras, DPM++ 3M SDE Exponential, "
    "DDIM, PLMS, UniPC, LCM"
)


@pytest.mark.parametrize("name", OLD_NAMES.split(", "))
def test_every_name_of_the_older_generation_is_known_and_kept(name: str) -> None:
    assert sampler_label(choose_sampling(name, None)) == name


def test_both_generations_mean_the_same() -> None:
    assert choose_sampling("DPM++ 2M Karras", None) == choose_sampling("DPM++ 2M", "Karras")
    assert choose_sampling("DPM++ 2M", "karras").options["use_karras_sigmas"] is True


def test_an_absent_schedule_is_uniform_and_automatic_is_the_samplers_own() -> None:
    assert choose_sampling("DPM++ 2M", None).schedule == "Uniform"
    assert choose_sampling("DPM++ 2M", "Automatic").schedule == "Karras"
    assert choose_sampling("Euler", "Automatic").schedule == "Uniform"
    assert choose_sampling("DPM++ 2M SDE", "Automatic").schedule == "Exponential"


@pytest.mark.parametrize("name", ["Euler b", "dpm++ 2m", "Euler a a", ""])
def test_an_unknown_sampler_is_a_bad_request_that_names_it(name: str) -> None:
    with pytest.raises(InvalidPayload, match=re.escape(repr(name))):
        choose_sampling(name, None)


def test_an_unknown_schedule_is_a_bad_request() -> None:
    with pytest.raises(InvalidPayload, match="Sideways"):
        choose_sampling("Euler", "Sideways")


@pytest.mark.parametrize(
    ("name", "schedule"), [("DPM adaptive", None), ("Restart", None), ("Euler a", "Karras"), ("DDIM", "Beta")]
)
def test_what_diffusers_cannot_do_is_refused(name: str, schedule: str | None) -> None:
    with pytest.raises(UnsupportedTask, match=name):
        choose_sampling(name, schedule)


def test_a_substitute_says_so() -> None:
    assert {name for name, sampler in SAMPLERS.items() if sampler.substitute} == {"DPM++ 2S a", "DPM fast"}

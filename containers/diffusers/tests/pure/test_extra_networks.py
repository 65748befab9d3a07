import pytest

from darkroom_diffusers.errors import InvalidPayload, UnsupportedTask
from darkroom_diffusers.payload.extra_networks import LoraUse, take_out_loras


def test_a_tag_is_taken_out_and_read() -> None:
    assert take_out_loras("a cat <lora:film v2:0.6> at night") == ("a cat  at night", (LoraUse("film v2", 0.6, 0.6),))


def test_text_encoder_and_unet_can_differ() -> None:
    assert take_out_loras("<lora:a:0.5:0.8>")[1] == (LoraUse("a", 0.5, 0.8),)
    assert take_out_loras("<lora:a:te=0.1:unet=0.2>")[1] == (LoraUse("a", 0.1, 0.2),)
    assert take_out_loras("<lora:a>")[1] == (LoraUse("a", 1, 1),)


def test_several_are_kept_in_order_and_the_last_of_a_name_counts() -> None:
    uses = take_out_loras("<lora:a:1><lora:b:-0.5><lora:a:0.2>")[1]
    assert [(use.name, use.unet_weight) for use in uses] == [("a", 0.2), ("b", -0.5)]


def test_other_networks_and_bad_weights_are_refused() -> None:
    with pytest.raises(UnsupportedTask, match="hypernet"):
        take_out_loras("<hypernet:x:1>")
    with pytest.raises(InvalidPayload, match="much"):
        take_out_loras("<lora:x:much>")

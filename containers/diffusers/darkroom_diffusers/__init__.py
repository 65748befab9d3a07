"""Darkroom's Stable Diffusion container: A1111 payloads, the `diffusers` library, SageMaker's hosting contract."""

VERSION = "1.0.0"

"""`python -m darkroom_diffusers.train`: Dreambooth and LoRA training of SD 1.5 and SDXL as a SageMaker training job."""

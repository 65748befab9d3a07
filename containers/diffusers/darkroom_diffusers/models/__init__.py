"""Model files: exact names, the bounded disk cache, safetensors headers. Nothing here imports torch."""

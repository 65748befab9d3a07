#!/usr/bin/env bash
# Tests the container's program.
#   test.sh            everything (installs torch, several GB, the first time)
#   test.sh pure       the parts without torch: seconds
#   test.sh drawing    tiny random models on the CPU
#   test.sh training   the training program with tiny random models on the CPU
# The environments lie outside the repository: DARKROOM_TEST_VENVS, default ~/.cache/darkroom-diffusers.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
venvs="${DARKROOM_TEST_VENVS:-${XDG_CACHE_HOME:-$HOME/.cache}/darkroom-diffusers}"
group="${1:-all}"
python="${PYTHON:-python3}"

# One thread: the models are so small that several only wait for each other.
export OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false
export PYTHONDONTWRITEBYTECODE=1

environment() { # name requirements
  local venv="$venvs/$1"
  if ! cmp --silent "$here/$2" "$venv/installed.txt"; then
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --requirement "$here/$2"
    cp "$here/$2" "$venv/installed.txt"
  fi
  echo "$venv/bin/python"
}

cd "$here"
case "$group" in all | pure | drawing | training) ;; *) echo "usage: test.sh [pure|drawing|training]" >&2 && exit 2 ;; esac

if [ "$group" = all ] || [ "$group" = pure ]; then
  "$(environment pure requirements-pure.txt)" -m pytest tests/pure
fi
if [ "$group" != pure ]; then
  run="$(environment drawing requirements-drawing.txt)"
  export DARKROOM_TOKENIZER_DIR="$venvs/tokenizer"
  "$run" -m darkroom_diffusers.fetch_clip_vocabulary "$DARKROOM_TOKENIZER_DIR"
  "$run" -m ruff check . && "$run" -m ruff format --check . && "$run" -m mypy
fi
# Each group has a conftest.py of its own, so they are two runs.
if [ "$group" = all ] || [ "$group" = drawing ]; then "$run" -m pytest tests/drawing; fi
if [ "$group" = all ] || [ "$group" = training ]; then "$run" -m pytest tests/training; fi

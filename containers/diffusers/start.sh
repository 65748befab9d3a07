#!/usr/bin/env bash
# Takes CUDA's compatibility libraries when the host's driver is older than the image's CUDA (SageMaker's default
# driver on g4dn and g5 is), then becomes the program, so that SIGTERM reaches it.
set -euo pipefail

compat=/usr/local/cuda/compat
if [ -r /proc/driver/nvidia/version ] && [ -e "$compat/libcuda.so.1" ]; then
  host="$(grep --only-matching --extended-regexp --max-count=1 '[0-9]+\.[0-9]+(\.[0-9]+)?' /proc/driver/nvidia/version | head -n 1)"
  ours="$(basename "$(readlink --canonicalize "$compat/libcuda.so.1")")"
  ours="${ours#libcuda.so.}"
  if [ "$host" != "$ours" ] && [ "$(printf '%s\n' "$host" "$ours" | sort --version-sort | head -n 1)" = "$host" ]; then
    echo "The driver $host is older than $ours: using $compat"
    export LD_LIBRARY_PATH="$compat:${LD_LIBRARY_PATH:-}"
  fi
fi
exec python3 -m "${DARKROOM_PROGRAM:-darkroom_diffusers}" "$@"

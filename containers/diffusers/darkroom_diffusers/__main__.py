"""`python -m darkroom_diffusers serve`: what SageMaker starts as `docker run <image> serve`."""

from __future__ import annotations

import os
import sys

from .serve import serve


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["serve"]):
        print(f"usage: python -m darkroom_diffusers serve (not {' '.join(arguments)!r})", file=sys.stderr)
        return 2
    return serve(os.environ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What SageMaker starts as `docker run <image> train`."""

from __future__ import annotations

import os
import sys

from .run_training import run_training


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["train"]):
        print(f"usage: python -m darkroom_diffusers.train (not {' '.join(arguments)!r})", file=sys.stderr)
        return 2
    return run_training(os.environ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

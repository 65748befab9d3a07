"""The chosen models as files, held while the context is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from ..errors import ModelNotFound
from ..payload.controlnet_units import ControlUnit
from ..payload.extra_networks import LoraUse
from .choose_models import ChosenModels
from .file_hash import file_hash
from .model_ref import LocalModel, ModelRef
from .object_cache import ObjectCache
from .object_source import ObjectFacts, ObjectSource


@dataclass(frozen=True)
class ModelFiles:
    checkpoint: LocalModel
    vae: LocalModel | None
    loras: tuple[tuple[LoraUse, LocalModel], ...]
    controls: tuple[tuple[ControlUnit, LocalModel], ...]
    embeddings: tuple[LocalModel, ...]


def _look_up(source: ObjectSource, refs: tuple[ModelRef, ...]) -> dict[ModelRef, ObjectFacts]:
    """Every model in S3 is asked for before the first is downloaded, so that a wrong name fails at once."""
    found: dict[ModelRef, ObjectFacts] = {}
    for ref in refs:
        if ref.path is not None or ref in found:
            continue
        facts = source.head(ref.bucket, ref.key)
        if facts is None:
            raise ModelNotFound(f"{ref.kind} model {ref.model_name!r} is not at s3://{ref.bucket}/{ref.key}.")
        found[ref] = facts
    return found


@contextmanager
def fetch_models(
    chosen: ChosenModels, source: ObjectSource, cache: ObjectCache, check: Callable[[], None]
) -> Iterator[ModelFiles]:
    """Raises ModelNotFound for an object that does not exist."""
    facts = _look_up(source, chosen.all())
    with ExitStack() as held:

        def local(ref: ModelRef) -> LocalModel:
            path = ref.path or held.enter_context(cache.file(ref, facts[ref], check))
            return LocalModel(ref.model_name, path, file_hash(path))

        yield ModelFiles(
            checkpoint=local(chosen.checkpoint),
            vae=local(chosen.vae) if chosen.vae else None,
            loras=tuple((use, local(ref)) for use, ref in chosen.loras),
            controls=tuple((unit, local(ref)) for unit, ref in chosen.controls),
            embeddings=tuple(local(ref) for ref in chosen.embeddings),
        )

"""The objectives of this version. Importing this module imports none of them, so that a RunSpec is checked quickly."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whetstone_worker.objective.port import Objective


@dataclass(frozen=True)
class ObjectiveEntry:
    """The form of rows that an objective reads, and its class as ``module:name``.

    ``replays`` says whether replay sets, which hold rows of supervised fine-tuning, are mixed in.
    """

    form: str
    implementation: str
    replays: bool = False


OBJECTIVES: Mapping[str, ObjectiveEntry] = MappingProxyType(
    {
        "sft": ObjectiveEntry("sft", "whetstone_worker.objective.sft:SftObjective", replays=True),
        "dpo": ObjectiveEntry("preference", "whetstone_worker.objective.dpo:DpoObjective"),
    }
)


def open_objective(name: str) -> "Objective":
    """The objective of a name that ``spec.parse`` has accepted."""
    module, _, implementation = OBJECTIVES[name].implementation.partition(":")
    return getattr(import_module(module), implementation)()

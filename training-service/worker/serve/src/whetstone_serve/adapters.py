"""LoRA adapters from disk, checked against the base model before the server uses them."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from whetstone_serve.faults import RequestError, bad_request

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
DEFAULT_MAX_RANK = 16
_PREFIX = "base_model.model."
_UNSAFE_SUFFIXES = frozenset({".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"})


@dataclass(frozen=True, eq=False)
class LoraAdapter:
    """Immutable low-rank weights: per module ``down`` (in by rank) and ``up`` (rank by out, scaling included)."""

    name: str
    path: Path
    rank: int
    weights: Mapping[str, tuple[torch.Tensor, torch.Tensor]]


def load_adapter(
    name: str,
    path: Path,
    linears: Mapping[str, torch.nn.Linear],
    root: Path | None = None,
    max_rank: int = DEFAULT_MAX_RANK,
) -> LoraAdapter:
    """Reads and checks an adapter for a base with these linear modules; raises a 400 ``RequestError``."""
    folder = path.resolve()
    if root is not None and not folder.is_relative_to(root.resolve()):
        raise _invalid(name, f"{path} is outside the adapter root {root}; copy it there")
    if not folder.is_dir():
        raise _invalid(name, f"no folder at {path}; set it to the folder that holds {CONFIG} and {WEIGHTS}")
    unsafe = sorted(file.name for file in folder.iterdir() if file.suffix in _UNSAFE_SUFFIXES)
    if unsafe:
        raise _invalid(name, f"{path} holds {unsafe[0]}; only safetensors are loaded: convert it to safetensors")
    config = _config(name, folder)
    rank, scaling = _shape(name, config, max_rank)
    tensors = _tensors(name, folder / WEIGHTS)
    modules = _pairs(name, tensors)
    weights = {}
    for module, (down, up) in sorted(modules.items()):
        _require_fit(name, module, (down, up), rank, linears.get(module))
        dtype, device = linears[module].weight.dtype, linears[module].weight.device
        weights[module] = (
            down.t().contiguous().to(device, dtype),
            (up.float() * scaling).t().contiguous().to(device, dtype),
        )
        if not all(bool(torch.isfinite(side).all()) for side in weights[module]):
            raise _invalid(name, f"module {module} holds values that are not finite once scaled by {scaling:g}")
    if not weights:
        raise _invalid(name, f"{WEIGHTS} holds no LoRA weights")
    return LoraAdapter(name, folder, rank, weights)


def _invalid(name: str, problem: str) -> RequestError:
    return bad_request("invalid_adapter", f"Adapter `{name}` was not loaded: {problem}", "lora_path")


def _config(name: str, folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except OSError as error:
        raise _invalid(name, f"{CONFIG} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise _invalid(name, f"{CONFIG} is not JSON ({error})") from error
    if not isinstance(config, dict):
        raise _invalid(name, f"{CONFIG} is not a JSON object")
    return config


def _shape(name: str, config: dict[str, Any], max_rank: int) -> tuple[int, float]:
    """Rank and scaling of a plain LoRA configuration; the server would compute other kinds wrongly and refuses them."""
    if config.get("peft_type") != "LORA":
        raise _invalid(name, f"peft_type is {config.get('peft_type')!r}; only LORA is supported")
    for field in (
        "use_dora",
        "lora_bias",
        "modules_to_save",
        "rank_pattern",
        "alpha_pattern",
        "layer_replication",
    ):
        if config.get(field):
            raise _invalid(name, f"{field} is set; this server does not support it, train without it")
    if config.get("bias", "none") != "none":
        raise _invalid(name, f"bias is {config['bias']!r}; only 'none' is supported")
    rank, alpha = config.get("r"), config.get("lora_alpha")
    if not isinstance(rank, int) or not 0 < rank <= max_rank:
        raise _invalid(name, f"r is {rank!r}; use a whole number from 1 to {max_rank}, or raise --max-lora-rank")
    if not isinstance(alpha, int | float) or not math.isfinite(alpha):
        raise _invalid(name, f"lora_alpha is {alpha!r}, which is not a finite number")
    return rank, alpha / math.sqrt(rank) if config.get("use_rslora") else alpha / rank


def _tensors(name: str, file: Path) -> dict[str, torch.Tensor]:
    if not file.is_file():
        raise _invalid(name, f"{WEIGHTS} is missing")
    try:
        with safe_open(file, framework="pt", device="cpu") as opened:
            return {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118 - not a mapping
    except (SafetensorError, OSError, ValueError) as error:
        raise _invalid(name, f"{WEIGHTS} is damaged or truncated ({error}); copy it again") from error


def _pairs(name: str, tensors: dict[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    downs, ups = {}, {}
    for key, tensor in tensors.items():
        module, _, suffix = key.removeprefix(_PREFIX).partition(".lora_")
        side = {"A.weight": downs, "B.weight": ups}.get(suffix)
        if side is None or not key.startswith(_PREFIX):
            raise _invalid(name, f"{WEIGHTS} holds {key}, which is not a LoRA weight of a PEFT adapter")
        if not bool(torch.isfinite(tensor).all()):
            raise _invalid(name, f"{key} holds values that are not finite")
        side[module] = tensor
    unpaired = sorted(downs.keys() ^ ups.keys())
    if unpaired:
        raise _invalid(name, f"module {unpaired[0]} has only one of lora_A and lora_B")
    return {module: (downs[module], ups[module]) for module in downs}


def _require_fit(
    name: str, module: str, pair: tuple[torch.Tensor, torch.Tensor], rank: int, linear: torch.nn.Linear | None
) -> None:
    if linear is None:
        raise _invalid(name, f"the base model has no linear module {module}; the adapter is for another base")
    expected = (rank, linear.in_features), (linear.out_features, rank)
    found = tuple(tuple(side.shape) for side in pair)
    if found != expected:
        raise _invalid(name, f"module {module} has shapes {found}; the base and r require {expected}")

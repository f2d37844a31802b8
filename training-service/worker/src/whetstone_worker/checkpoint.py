"""The finished adapter: written once, its manifest last."""

import json
import math
import tempfile
from pathlib import Path
from typing import Any

from peft import PeftModel

from whetstone_worker import __version__
from whetstone_worker.spec import RunSpec
from whetstone_worker.storage import (
    MANIFEST,
    file_entries,
    json_bytes,
    sha256_of_bytes,
    uri_of,
    write_atomically,
)

ADAPTER = "adapter"
ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"


def save_adapter(model: PeftModel, base_sha256: str, folder: Path) -> None:
    """Writes the PEFT adapter; its configuration names the base by digest, not by this machine's path."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".adapter-") as scratch:
        model.save_pretrained(scratch, safe_serialization=True, save_embedding_layers=False)
        config = json.loads((Path(scratch) / ADAPTER_CONFIG).read_text(encoding="utf-8"))
        config["base_model_name_or_path"] = base_sha256
        config["target_modules"] = _sorted_if_list(config["target_modules"])
        write_atomically(folder / ADAPTER_WEIGHTS, (Path(scratch) / ADAPTER_WEIGHTS).read_bytes())
    write_atomically(folder / ADAPTER_CONFIG, json_bytes(config))


def _sorted_if_list(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def write_manifest(
    output: Path, spec: RunSpec, metrics: dict[str, float], tokens: int, gpu_seconds: float
) -> dict[str, str]:
    """Writes the checkpoint's manifest and answers where it is and its digest (the checkpoint's id)."""
    stage = spec.stage
    manifest = {
        "kind": "checkpoint",
        "runId": spec.run_id,
        "fence": spec.fence,
        "files": file_entries(output, [f"{ADAPTER}/{ADAPTER_CONFIG}", f"{ADAPTER}/{ADAPTER_WEIGHTS}"]),
        "baseModel": spec.base_model.model_dump(),
        "chatTemplateSha256": spec.chat_template_sha256,
        "hyperparameters": {
            **stage.hyperparameters.model_dump(by_alias=True),
            "microBatchSize": stage.hyperparameters.effective_micro_batch,
            "lora": spec.lora.model_dump(by_alias=True, mode="json"),
            "maxSequenceLength": spec.max_sequence_length,
            "seed": spec.seed,
            "objective": stage.objective,
            "replayShare": sum(part.share for part in spec.replay),
        },
        "metrics": {name: value for name, value in metrics.items() if math.isfinite(value)},
        "tokens": tokens,
        "gpuSeconds": gpu_seconds,
        "workerVersion": __version__,
    }
    data = json_bytes(manifest)
    write_atomically(output / MANIFEST, data)
    return {"manifestUri": uri_of(output / MANIFEST), "manifestSha256": sha256_of_bytes(data)}

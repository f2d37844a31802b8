"""The finished adapter: written once, its manifest last."""

import json
import math
import tempfile
from pathlib import Path
from typing import Any

from peft import PeftModel

from whetstone_worker import __version__
from whetstone_worker.artifact.digest import chunks_of
from whetstone_worker.artifact.local_files import write_atomically
from whetstone_worker.artifact.manifest import MANIFEST, file_entries, json_bytes
from whetstone_worker.output import AttemptOutput
from whetstone_worker.resume import EarlierStages
from whetstone_worker.spec import RunSpec, Stage

ADAPTER = "adapter"
ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
FILES = (f"{ADAPTER}/{ADAPTER_CONFIG}", f"{ADAPTER}/{ADAPTER_WEIGHTS}")


def save_adapter(model: PeftModel, base_sha256: str, folder: Path) -> None:
    """Writes the PEFT adapter to a local folder; its configuration names the base by digest, not by a local path."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".adapter-") as scratch:
        model.save_pretrained(scratch, safe_serialization=True, save_embedding_layers=False)
        config = json.loads((Path(scratch) / ADAPTER_CONFIG).read_text(encoding="utf-8"))
        config["base_model_name_or_path"] = base_sha256
        config["target_modules"] = _sorted_if_list(config["target_modules"])
        with (Path(scratch) / ADAPTER_WEIGHTS).open("rb") as weights:
            write_atomically(folder / ADAPTER_WEIGHTS, chunks_of(weights))
    write_atomically(folder / ADAPTER_CONFIG, [json_bytes(config)])


def _sorted_if_list(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def publish(
    output: AttemptOutput,
    metrics: dict[str, float],
    totals: EarlierStages,
    gpu_seconds: float,
    stopped: str | None = None,
) -> dict[str, str]:
    """Publishes the adapter in the workspace and, last, the checkpoint's manifest.

    ``stopped`` names the limit that ended training early; the adapter is then the best validated state.

    Returns the manifest's URI and its digest, which is the checkpoint's id.
    """
    spec = output.spec
    for name in FILES:
        output.publish(name)
    manifest = {
        "kind": "checkpoint",
        "runId": spec.run_id,
        "fence": spec.fence,
        "files": file_entries(output.workspace, list(FILES)),
        "baseModel": spec.base_model.model_dump(),
        "chatTemplateSha256": spec.chat_template_sha256,
        "hyperparameters": _hyperparameters(spec),
        "metrics": {name: value for name, value in metrics.items() if math.isfinite(value)},
        "tokens": totals.tokens,
        "gpuSeconds": gpu_seconds,
        "workerVersion": __version__,
    }
    if totals.refused.count:
        manifest["refusedRows"] = totals.refused.as_json()
    if stopped:
        manifest["stopped"] = stopped
    stored = output.put(MANIFEST, json_bytes(manifest))
    return {"manifestUri": output.uri(MANIFEST), "manifestSha256": stored.sha256}


def _hyperparameters(spec: RunSpec) -> dict[str, Any]:
    """Those of the last stage, and of each stage when the run has several."""
    values = {
        **_of_stage(spec.stages[-1]),
        "lora": spec.lora.model_dump(by_alias=True, mode="json"),
        "maxSequenceLength": spec.max_sequence_length,
        "seed": spec.seed,
        "replayShare": sum(part.share for part in spec.replay),
    }
    return values | {"stages": [_of_stage(stage) for stage in spec.stages]} if len(spec.stages) > 1 else values


def _of_stage(stage: Stage) -> dict[str, Any]:
    return {
        **stage.hyperparameters.model_dump(by_alias=True),
        "microBatchSize": stage.hyperparameters.effective_micro_batch,
        "objective": stage.objective,
    }

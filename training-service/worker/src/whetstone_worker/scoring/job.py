"""One attempt of a scoring job: reads the items, scores them with the base and each adapter, writes the scores."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch
from transformers import logging as transformers_logging

from whetstone_worker import __version__
from whetstone_worker.artifact.manifest import MANIFEST, json_bytes
from whetstone_worker.artifact.port import ArtifactStore, StoredArtifact, child
from whetstone_worker.artifact.scheme import open_artifacts
from whetstone_worker.artifact.verified import verified_path, verified_stream
from whetstone_worker.encoding import ChatEncoder
from whetstone_worker.errors import BadInputError, OutOfMemoryError, PreemptedError, RetryableError, StoppedError
from whetstone_worker.modeling import load_base, load_tokenizer, stop_ids, with_scored_adapters
from whetstone_worker.preemption import Preemption
from whetstone_worker.reporter import Directive, Phase, Reporter
from whetstone_worker.scoring.batches import batches_of
from whetstone_worker.scoring.items import EncodedItem, EncodedItems, encode_items, read_items
from whetstone_worker.scoring.scorer import Score, Scorer, keeps_logits
from whetstone_worker.scoring.spec import ScoringSpec
from whetstone_worker.template import require_digest
from whetstone_worker.threads import worker_threads
from whetstone_worker.train import reporter_of, with_final_report

SCORES = "scores.jsonl"
STAGE = "score"
_FINISH_SECONDS = 600.0
_SPARE_BYTES = 1 << 30
_BASE = ""


def run(
    spec: ScoringSpec, token: str, preemption: Preemption, artifacts: ArtifactStore | None = None
) -> dict[str, str]:
    """Scores the items and reports the result; returns the manifest's URI and digest. Raises ``WorkerError``."""
    reporter = reporter_of(spec, token, STAGE)
    job = ScoringJob(spec, artifacts or open_artifacts(), reporter, preemption)
    return with_final_report(
        job.score, reporter, preemption, seconds=_FINISH_SECONDS, complete="the scores are complete"
    )


class ScoringJob:
    """Scores every item with the base first, then with each adapter. Nothing of an attempt is resumed."""

    def __init__(
        self, spec: ScoringSpec, artifacts: ArtifactStore, reporter: Reporter, preempted: Callable[[], bool]
    ) -> None:
        self._spec = spec
        self._artifacts = artifacts
        self._reporter = reporter
        self._preempted = preempted
        self._done = 0

    def score(self) -> dict[str, str]:
        """Runs the attempt; returns the manifest's URI and digest."""
        transformers_logging.set_verbosity_error()
        transformers_logging.disable_progress_bar()
        try:
            return self._score()
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise _out_of_memory(str(error)) from error
        except OSError as error:
            raise RetryableError(
                "io-failed",
                f"{error.filename or self._spec.output.uri}: {error.strerror or error}; "
                "free space there or repair the object store",
            ) from error

    def _score(self) -> dict[str, str]:
        spec = self._spec
        base = verified_path(self._artifacts, spec.base_model, "base model")
        tokenizer = load_tokenizer(base)
        if spec.base_model.chat_template_sha256:
            require_digest(tokenizer.chat_template, spec.base_model.chat_template_sha256)
        adapters = {a.checkpoint_id: verified_path(self._artifacts, a, "adapter") for a in spec.adapters}
        self._end_if_asked()
        _require_free_memory(base)
        model = load_base(base)
        keeps = keeps_logits(model)
        torch.set_num_threads(scoring_threads(model.num_parameters()))
        items = self._items(
            ChatEncoder(tokenizer, stop_ids(base)), getattr(model.config, "max_position_embeddings", None)
        )
        model = with_scored_adapters(
            model, {f"a{i}": p for i, p in enumerate(adapters.values())}, spec.base_model.sha256
        )
        model = model.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        scorer, total = Scorer(model, keeps), len(items.items) * (1 + len(adapters))
        scores = {_BASE: self._scores(scorer, items.items, _without_adapters(model, adapters), total)}
        for i, checkpoint_id in enumerate(adapters):
            model.set_adapter(f"a{i}")
            scores[checkpoint_id] = self._scores(scorer, items.items, nullcontext(), total)
        return self._publish(items, scores)

    def _items(self, encoder: ChatEncoder, longest: int | None) -> EncodedItems:
        with verified_stream(self._artifacts, self._spec.items, "items") as stream:
            return encode_items(read_items(stream, self._spec.items.uri), encoder, longest)

    def _scores(
        self, scorer: Scorer, items: list[EncodedItem], switched: AbstractContextManager[Any], total: int
    ) -> dict[str, Score]:
        scores: dict[str, Score] = {}
        with switched:
            pending = batches_of(items, self._spec.max_batch_tokens)[::-1]
            while pending:
                self._end_if_asked()
                batch = pending.pop()
                try:
                    scored = scorer.score(batch)
                except torch.OutOfMemoryError:
                    if len(batch) == 1:
                        raise
                    torch.cuda.empty_cache()
                    middle = len(batch) // 2
                    pending += [batch[middle:], batch[:middle]]
                    continue
                scores |= {item.id: score for item, score in zip(batch, scored, strict=True)}
                self._done += len(batch)
                self._reporter.update(phase=Phase.SCORING, step=self._done, completed=self._done / total)
        return scores

    def _publish(self, items: EncodedItems, scores: dict[str, dict[str, Score]]) -> dict[str, str]:
        spec = self._spec
        self._reporter.update(urgent=True, phase=Phase.SAVING)
        _require_finite(scores)
        stored = self._artifacts.put(child(spec.output.uri, SCORES), _lines(items, scores))
        manifest = {
            "kind": "scores",
            "jobId": spec.job_id,
            "fence": spec.fence,
            "files": [{"path": SCORES, "bytes": stored.size, "sha256": stored.sha256}],
            "counts": {"items": items.count, "scored": len(items.items), "leftOut": len(items.left_out)},
            "leftOut": [{"itemId": name, "reason": reason} for name, reason in items.left_out.items()],
            "workerVersion": __version__,
        }
        uri = child(spec.output.uri, MANIFEST)
        written: StoredArtifact = self._artifacts.put(uri, [json_bytes(manifest)])
        return {"manifestUri": uri, "manifestSha256": written.sha256}

    def _end_if_asked(self) -> None:
        if self._reporter.directive is Directive.STOP:
            raise StoppedError("stopped", "the control plane ended the scoring job")
        if self._preempted() or self._reporter.directive is Directive.SAVE_AND_STOP:
            raise PreemptedError("preempted", "the worker was asked to end; the job starts again later")


def scoring_threads(parameters: int) -> int:
    """At most half of the cores: a scoring job runs beside training and serving."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(worker_threads(parameters), cores // 2))


def _without_adapters(model: Any, adapters: dict[str, Path]) -> AbstractContextManager[Any]:
    return model.disable_adapter() if adapters else nullcontext()


def _lines(items: EncodedItems, scores: dict[str, dict[str, Score]]) -> Iterator[bytes]:
    for item in items.items:
        for checkpoint_id, of_model in scores.items():
            score = of_model[item.id]
            row = {
                "id": item.id,
                **({"checkpointId": checkpoint_id} if checkpoint_id else {}),
                "tokens": score.tokens,
                "logProbability": score.log_probability,
                "correct": score.correct,
            }
            yield (json.dumps(row, ensure_ascii=False, allow_nan=False, sort_keys=True) + "\n").encode()


def _require_finite(scores: dict[str, dict[str, Score]]) -> None:
    for checkpoint_id, of_model in scores.items():
        for name, score in of_model.items():
            if not abs(score.log_probability) < float("inf"):
                model = f"adapter {checkpoint_id}" if checkpoint_id else "base model"
                raise BadInputError(
                    "not-finite",
                    f"the {model} gives item {name} the log-probability {score.log_probability}; its weights or its "
                    "activations are not finite: do not serve it",
                )


def _require_free_memory(base: Path) -> None:
    """Leaves the accelerator to its other users when the base would not fit beside them."""
    if not torch.cuda.is_available():
        return
    free, _ = torch.cuda.mem_get_info()
    needed = sum(file.stat().st_size for file in base.glob("*.safetensors")) + _SPARE_BYTES
    if free < needed:
        raise _out_of_memory(f"{free >> 20} MiB of the accelerator are free, the base model needs {needed >> 20} MiB")


def _out_of_memory(detail: str) -> OutOfMemoryError:
    return OutOfMemoryError(
        "out-of-memory", f"{' '.join(detail.split())[:300]}; the job is tried again when memory may be free"
    )

"""Direct preference optimization (arXiv 2305.18290) with a cross-entropy term on the better answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from datasets import Dataset
from trl import DPOConfig, DPOTrainer

from whetstone_worker.encoding import IGNORED, ChatEncoder
from whetstone_worker.errors import RowRefusedError
from whetstone_worker.objective.port import StageTraining
from whetstone_worker.pairs import PreferencePair, read_pairs
from whetstone_worker.trainer import ResumePointMixin, on_one_accelerator, shared_arguments

# TRL's names for the adapter that is trained, and for its copy from the start of the stage.
_TRAINED, _REFERENCE = "default", "ref"
# The weight of the distance to the reference; 0.1 is the paper's and TRL's default.
_BETA = 0.1
# The weight of the cross-entropy on the better answers, which keeps their likelihood from falling (arXiv 2404.19733).
_SFT_WEIGHT = 1.0


@dataclass(frozen=True)
class EncodedPair:
    """Token ids of a prompt and of the two answers, each with its end."""

    prompt_ids: list[int]
    chosen_ids: list[int]
    rejected_ids: list[int]

    @property
    def length(self) -> int:
        """Tokens of the longer conversation."""
        return len(self.prompt_ids) + max(len(self.chosen_ids), len(self.rejected_ids))


class DpoTrainer(ResumePointMixin, DPOTrainer):
    """TRL's DPO trainer with this worker's rows and resume points.

    The reference is the adapter as it is when the stage begins: TRL keeps a frozen copy of it, no second model.
    """

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        """The rows are encoded: TRL would tokenize prompt and answer in its own way."""
        return dataset

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        """Both adapters: of a folder with several, transformers loads only those in subfolders."""
        adapters = self.model if model is None else model
        folder = Path(resume_from_checkpoint)
        adapters.load_adapter(str(folder), _TRAINED, is_trainable=True)
        adapters.load_adapter(str(folder / _REFERENCE), _REFERENCE, is_trainable=False)
        adapters.set_adapter(_TRAINED)


class DpoObjective:
    """The objective ``dpo``; its rows have the form ``preference``."""

    def read(self, stream: BinaryIO, source: str) -> Iterator[PreferencePair]:
        """Pairs of answers."""
        return read_pairs(stream, source)

    def encode(self, row: PreferencePair, encoder: ChatEncoder) -> Sequence[EncodedPair]:
        """Prompt and answers; refuses a pair that teaches nothing, or whose answers follow different prompts."""
        (chosen,), (rejected,) = encoder.encode(row.chosen), encoder.encode(row.rejected)
        prompt, better = _divided(chosen.input_ids, chosen.labels)
        other_prompt, worse = _divided(rejected.input_ids, rejected.labels)
        if prompt != other_prompt:
            raise RowRefusedError(
                "pair-of-two-prompts", "the chat template renders another prompt before the worse answer"
            )
        if better == worse:
            raise RowRefusedError("equal-sides", "both answers have the same tokens; remove the pair")
        return (EncodedPair(prompt, better, worse),)

    def trainer(self, training: StageTraining) -> DpoTrainer:
        """TRL's trainer over pairs that are encoded."""
        return DpoTrainer(
            model=training.model,
            args=dpo_config(training),
            train_dataset=_dataset(training.train),
            eval_dataset=_dataset(training.validation) if training.validation else None,
            processing_class=training.tokenizer,
            callbacks=list(training.callbacks),
            on_saved=training.on_saved,
        )


def dpo_config(training: StageTraining) -> DPOConfig:
    """TRL's settings with every default that matters written out."""
    config = DPOConfig(
        **shared_arguments(training),
        beta=_BETA,
        loss_type=["sigmoid", "sft"],
        loss_weights=[1.0, _SFT_WEIGHT],
        disable_dropout=True,
        precompute_ref_log_probs=False,
        max_length=training.spec.max_sequence_length,  # longer rows are left out before
    )
    return on_one_accelerator(config)


def _divided(ids: list[int], labels: list[int]) -> tuple[list[int], list[int]]:
    start = next(i for i, label in enumerate(labels) if label != IGNORED)
    return ids[:start], ids[start:]


def _dataset(pairs: Sequence[EncodedPair]) -> Dataset:
    return Dataset.from_dict(
        {
            "prompt_ids": [pair.prompt_ids for pair in pairs],
            "chosen_ids": [pair.chosen_ids for pair in pairs],
            "rejected_ids": [pair.rejected_ids for pair in pairs],
        }
    )

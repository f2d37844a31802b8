"""Supervised fine-tuning: cross-entropy on the weighted assistant turns of a conversation."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from whetstone_worker.encoding import ChatEncoder, EncodedExample
from whetstone_worker.examples import SftExample, read_examples
from whetstone_worker.objective.port import StageTraining
from whetstone_worker.trainer import ResumePointMixin, on_one_accelerator, shared_arguments


class SftTrainer(ResumePointMixin, SFTTrainer):
    """TRL's SFT trainer with this worker's resume points."""


class SftObjective:
    """The objective ``sft``; its rows have the form ``sft``."""

    def read(self, stream: BinaryIO, source: str) -> Iterator[SftExample]:
        """Conversations in chat format."""
        return read_examples(stream, source)

    def encode(self, row: SftExample, encoder: ChatEncoder) -> Sequence[EncodedExample]:
        """Token ids and labels."""
        return encoder.encode(row)

    def trainer(self, training: StageTraining) -> SftTrainer:
        """TRL's trainer over rows whose labels are ready."""
        return SftTrainer(
            model=training.model,
            args=sft_config(training),
            train_dataset=_dataset(training.train),
            eval_dataset=_dataset(training.validation) if training.validation else None,
            processing_class=training.tokenizer,
            callbacks=list(training.callbacks),
            on_saved=training.on_saved,
        )


def sft_config(training: StageTraining) -> SFTConfig:
    """TRL's settings with every default that matters written out."""
    packing = training.stage.hyperparameters.packing
    arguments: dict[str, Any] = shared_arguments(training)
    config = SFTConfig(
        **arguments,
        loss_type="chunked_nll",
        assistant_only_loss=False,  # the rows come with labels, see ChatEncoder
        completion_only_loss=False,
        dataset_kwargs={"skip_prepare_dataset": not packing},
        packing=packing,
        packing_strategy="bfd",
        eval_packing=None if packing else False,
        max_length=training.spec.max_sequence_length,
    )
    return on_one_accelerator(config)


def _dataset(examples: Sequence[EncodedExample]) -> Dataset:
    return Dataset.from_dict({"input_ids": [e.input_ids for e in examples], "labels": [e.labels for e in examples]})

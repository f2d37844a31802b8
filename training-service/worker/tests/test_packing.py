"""Rows that are packed into one sequence do not see each other."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from conftest import sft_row
from whetstone_toybase.dialogue import DialogueGenerator
from whetstone_worker.encoding import IGNORED, ChatEncoder, EncodedExample
from whetstone_worker.examples import parse_example
from whetstone_worker.modeling import load_model
from whetstone_worker.objective.port import StageTraining
from whetstone_worker.objective.sft import SftObjective
from whetstone_worker.spec import parse

TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def documents(tokenizer, world) -> list[EncodedExample]:
    generator = DialogueGenerator(world, random.Random(4))
    rows = [sft_row(i, generator.support(world.topics[i % 6])) for i in range(6)]
    return [one for row in rows for one in ChatEncoder(tokenizer).encode(parse_example(row, "row"))]


def trainer(
    raw: dict[str, Any], base: Path, tokenizer: Any, folder: Path, rows: Sequence[EncodedExample], *, packing: bool
):
    raw["stages"][0]["hyperparameters"] |= {"packing": packing, "batchSize": len(rows), "microBatchSize": len(rows)}
    raw["lora"]["dropout"] = 0.0
    spec = parse(raw)
    torch.manual_seed(5)
    model = load_model(base, spec, None)
    for name, weights in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.05)
    training = StageTraining(spec, spec.stages[0], 1, model, tokenizer, rows, [], folder, [], lambda *_: None)
    return SftObjective().trainer(training)


def losses(model: Any, batch: dict[str, torch.Tensor]) -> list[list[float]]:
    """The loss of each trained token, one list per document, shortest text first."""
    inputs = {name: value for name, value in batch.items() if name in ("input_ids", "attention_mask", "position_ids")}
    labels = batch["labels"]
    with torch.no_grad():
        log_probabilities = model(**inputs).logits[:, :-1].log_softmax(-1)
    per_document: list[list[float]] = []
    for row in range(labels.shape[0]):
        current: list[float] = []
        for position in range(1, labels.shape[1]):
            label = int(labels[row, position])
            if label != IGNORED:
                current.append(-float(log_probabilities[row, position - 1, label]))
            elif current:
                per_document.append(current)
                current = []
        if current:
            per_document.append(current)
    return sorted(per_document)


def gradients(trained: Any) -> dict[str, torch.Tensor]:
    batch = next(iter(trained.get_train_dataloader()))
    trained.model.train()
    trained.compute_loss(trained.model, dict(batch)).backward()
    return {n: p.grad.clone() for n, p in trained.model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("order", [1, -1], ids=["in order", "reversed"])
def test_should_give_packed_rows_the_losses_and_gradients_of_separate_ones(
    raw_spec, base, tokenizer, documents, tmp_path, *, order
):
    packed = trainer(raw_spec, base, tokenizer, tmp_path / "packed", documents[::order], packing=True)
    separate = trainer(raw_spec, base, tokenizer, tmp_path / "separate", documents, packing=False)
    together = next(iter(packed.get_train_dataloader()))
    alone = next(iter(separate.get_train_dataloader()))

    assert together["input_ids"].shape[0] < len(documents)
    for model in (packed.model, separate.model):
        model.eval()
    expected, found = losses(separate.model, alone), losses(packed.model, together)
    assert [len(one) for one in found] == [len(one) for one in expected]
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, abs=TOLERANCE)

    ours, theirs = gradients(packed), gradients(separate)
    assert ours.keys() == theirs.keys()
    for name, gradient in theirs.items():
        assert torch.allclose(ours[name], gradient, atol=TOLERANCE), name

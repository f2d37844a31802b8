"""The RunSpec: what is read, what is refused, and the messages of refusals."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import REPOSITORY
from whetstone_worker.errors import BadInputError
from whetstone_worker.spec import load, parse


def test_should_read_every_field(raw_spec):
    spec = parse(raw_spec)

    assert spec.run_id == "run-1"
    assert spec.stages[0].hyperparameters.effective_micro_batch == 4
    assert spec.replay[0].share == pytest.approx(1 / 3)
    assert spec.callback.url is None


def test_should_ignore_unknown_fields(raw_spec):
    raw_spec["later"] = {"a": 1}
    raw_spec["lora"]["later"] = 1

    assert parse(raw_spec).lora.r == 4


@pytest.mark.parametrize("absent", [lambda s: s.pop("chatTemplateSha256"), lambda s: s.update(chatTemplateSha256=None)])
def test_should_accept_a_spec_without_the_digest_of_the_chat_template(raw_spec, absent):
    absent(raw_spec)

    assert parse(raw_spec).chat_template_sha256 is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("runId"), "/runId is missing"),
        (lambda s: s["baseModel"].update(sha256="abc"), "/baseModel/sha256"),
        (lambda s: s["stages"][0]["hyperparameters"].pop("epochs"), "/stages/0/hyperparameters/epochs is missing"),
        (lambda s: s["stages"][0]["hyperparameters"].update(microBatchSize=3), "microBatchSize 3 must divide"),
        (
            lambda s: s["stages"][0].update(objective="kto"),
            "/stages/0/objective is 'kto'; this version has 'dpo', 'sft'",
        ),
        (lambda s: s["stages"][0]["datasets"][0].update(form="binary"), "/stages/0/datasets/0/form"),
        (lambda s: s["retention"].update(method="ewc"), "/retention/method is 'ewc'; this version has 'none'"),
        (lambda s: s["replay"][0].update(share=1.0), "/replay/0/share"),
        (lambda s: s.update(stages=[]), "/stages"),
        (lambda s: s.update(baseModel=None), "/baseModel is missing"),
    ],
)
def test_should_name_the_wrong_field(raw_spec, change, message):
    change(raw_spec)

    with pytest.raises(BadInputError) as refused:
        parse(raw_spec)

    assert message in refused.value.detail
    assert refused.value.exit_code == 65


def test_should_refuse_replay_shares_of_one_or_more(raw_spec):
    raw_spec["replay"] = [raw_spec["replay"][0] | {"share": 0.6}, raw_spec["replay"][0] | {"share": 0.4}]

    with pytest.raises(BadInputError, match="less than 1"):
        parse(raw_spec)


def test_should_name_a_file_that_is_not_json(tmp_path):
    (tmp_path / "spec.json").write_text("{", encoding="utf-8")

    with pytest.raises(BadInputError, match="is not JSON"):
        load(tmp_path / "spec.json")


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists)
    | st.dictionaries(st.text(), st.text())
)
def test_should_refuse_any_other_value_with_a_bad_input_error(raw):
    with pytest.raises(BadInputError):
        parse(copy.deepcopy(raw))


def test_should_read_the_golden_spec_of_the_contracts():
    golden = REPOSITORY / "contracts/src/test/resources/golden/run-spec.v1.json"
    if not golden.is_file():
        pytest.skip(f"{golden.relative_to(REPOSITORY)} is not there: the contracts module has no golden RunSpec yet")
    raw = json.loads(golden.read_text(encoding="utf-8"))

    spec = load(golden)

    assert spec.run_id == raw["runId"]
    assert spec.fence == raw["fence"]
    assert spec.stages[0].objective == "sft"


def test_should_read_several_stages(raw_spec):
    raw_spec["stages"] = [raw_spec["stages"][0], raw_spec["stages"][0]]

    assert len(parse(raw_spec).stages) == 2


def test_should_name_the_stage_whose_objective_is_unknown(raw_spec):
    raw_spec["stages"] = [raw_spec["stages"][0], raw_spec["stages"][0] | {"objective": "kto"}]

    with pytest.raises(BadInputError, match="/stages/1/objective is 'kto'; this version has 'dpo', 'sft'") as refused:
        parse(raw_spec)

    assert refused.value.code == "unsupported-objective"

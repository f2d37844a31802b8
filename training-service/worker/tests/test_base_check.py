"""What a base can train, asked before a loop is declared."""

import copy
import json

import pytest

from whetstone_worker import cli
from whetstone_worker.base_check import PROBES, Verdict, check
from whetstone_worker.encoding import ChatEncoder

CHATML = (
    "{% if tools %}{{ '<|im_start|>system\n' + tools | tojson + '<|im_end|>\n' }}{% endif %}"
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}{{ m.content }}"
    "{% for c in m.tool_calls or [] %}<call>{{ c.function | tojson }}</call>{% endfor %}"
    "{{ '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


@pytest.fixture
def report(tokenizer):
    def of(template: str, **options):
        changed = copy.deepcopy(tokenizer)
        changed.chat_template = template
        return check(ChatEncoder(changed), changed, **options)

    return of


def verdicts(report) -> dict[str, str]:
    return {one.name: str(one.verdict) for one in report.capabilities}


def test_should_train_every_kind_with_a_template_that_prints_all(report):
    found = report(CHATML)

    assert verdicts(found) == {probe.name: "trains" for probe in PROBES}
    assert found.usable
    assert found.server == ""


def test_should_name_what_a_template_refuses(report):
    found = report(
        "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}" + CHATML
    )

    assert [one.name for one in found.capabilities if one.verdict is Verdict.REFUSED] == ["a system prompt"]
    (refused,) = (one for one in found.capabilities if one.verdict is Verdict.REFUSED)
    assert "System role not supported" in refused.detail
    assert found.usable


def test_should_name_what_a_template_loses(report):
    found = report(
        CHATML.replace("{% if tools %}", "{% if false %}").replace(
            "{% for m in messages %}", "{% for m in messages if m.role != 'tool' %}"
        )
    )

    lost = {one.name: one.detail for one in found.capabilities if one.verdict is Verdict.LOSES}
    assert set(lost) == {"tool definitions", "the result of a tool call"}
    assert "'at the harbour'" in lost["the result of a tool call"]


def test_should_name_a_template_that_cannot_be_trained(report):
    found = report("{{ messages | length }}")

    assert not found.usable
    assert {one.verdict for one in found.capabilities} == {Verdict.REFUSED}


def test_should_compare_with_the_model_server(report, tokenizer, local_server):
    server = local_server(lambda *_: (200, {"tokens": [1, 2, 3]}))

    assert "template-differs" in report(CHATML, endpoint=server.url).server
    assert "serving-unreachable" in report(CHATML, endpoint="http://127.0.0.1:9").server


def test_should_print_the_report(base, capsys):
    assert cli.main(["check-base", "--base", str(base)]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert printed["usable"]
    refused = [one["name"] for one in printed["capabilities"] if one["verdict"] == "refused"]
    assert refused == ["a tool call", "a tool call with text", "parallel tool calls"]


def test_should_say_why_a_base_cannot_be_read(tmp_path, capsys):
    assert cli.main(["check-base", "--base", str(tmp_path / "absent")]) == 65

    assert "unusable-base" in capsys.readouterr().err

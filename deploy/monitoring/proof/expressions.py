"""The expressions of the dashboards and the alerts, as a Prometheus without Grafana understands them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

FILES = Path(__file__).resolve().parents[2] / "helm" / "whetstone" / "files" / "monitoring"
VARIABLES = {"$__rate_interval": "1m", "$__interval": "15s", "$loop": ".*"}
# A comparison with a number, which may be written as a product, or of a metric with itself.
COMPARISON = re.compile(r"\s(?:>=|<=|==|!=|>|<)\s+(?:[\d.]+(?:\s*\*\s*[\d.]+)?|\w+)")


@dataclass(frozen=True)
class Expression:
    """An expression, and where it stands."""

    place: str
    text: str


def boards() -> dict[str, dict]:
    """The dashboards by the names of their files."""
    return {file.stem: json.loads(file.read_text()) for file in sorted((FILES / "dashboards").glob("*.json"))}


def resolved(expression: str) -> str:
    """The expression with values in place of Grafana's variables."""
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    return expression


def without_comparison(expression: str) -> str:
    """What an alert compares: its vector exists although nothing is wrong. `absent` has one only if something is."""
    return COMPARISON.sub(" ", f"{expression} ").replace("absent(", "(").strip()


def of_boards() -> Iterator[Expression]:
    for name, board in boards().items():
        for panel in board["panels"]:
            for target in panel.get("targets", []):
                yield Expression(f"{name} / {panel['title']} / {target['refId']}", resolved(target["expr"]))
        for mark in (board.get("annotations") or {}).get("list") or []:
            yield Expression(f"{name} / annotation {mark['name']}", resolved(mark["expr"]))


def of_rules() -> Iterator[Expression]:
    for group in yaml.safe_load((FILES / "alerts.yaml").read_text())["groups"]:
        for rule in group["rules"]:
            place = f"{group['name']} / {rule.get('alert') or rule['record']}"
            yield Expression(place, without_comparison(rule["expr"]))

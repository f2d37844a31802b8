"""The part of Prometheus' HTTP API that is needed here."""

import json
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass

TIMEOUT_SECONDS = 60


class QueryError(Exception):
    """Prometheus refused a query."""


@dataclass(frozen=True)
class Window:
    """A time range, and the seconds between two values in it."""

    start: float
    end: float

    @property
    def step(self) -> float:
        return max(1.0, (self.end - self.start) / 400)


class Prometheus:
    def __init__(self, url: str) -> None:
        self._url = url

    def series(self, expression: str, window: Window) -> list[dict]:
        """Series with at least one value that is a number."""
        answer = self._get(
            "query_range", query=expression, start=f"{window.start}", end=f"{window.end}", step=f"{window.step}"
        )
        return [series for series in answer["result"] if any(value != "NaN" for _, value in series["values"])]

    def alerts(self) -> dict[str, str]:
        """States of the alerts that are pending or fire, by name."""
        return {alert["labels"]["alertname"]: alert["state"] for alert in self._get("alerts")["alerts"]}

    def _get(self, path: str, **parameters: str) -> dict:
        query = urllib.parse.urlencode(parameters)
        try:
            with urllib.request.urlopen(f"{self._url}/api/v1/{path}?{query}", timeout=TIMEOUT_SECONDS) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise QueryError(json.load(error).get("error", str(error))) from error


def await_true(condition, seconds: float, what: str) -> float:
    """Waits, and returns how long that took."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > seconds:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.5)
    return time.monotonic() - begun

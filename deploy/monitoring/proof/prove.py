"""Runs every expression on a Prometheus that has scraped the demo, and makes one alert fire and clear by a real fault.

python -m proof.prove --prometheus URL --since SECONDS --stop-process PID
"""

import argparse
import os
import signal
import sys
import time

from proof.expressions import Expression, of_boards, of_rules
from proof.prometheus import Prometheus, QueryError, Window, await_true

FAULT_ALERT = "WhetstoneServiceSilent"
ALERT_SECONDS = 90


def missing(prometheus: Prometheus, expressions: list[Expression], window: Window) -> list[str]:
    """Why expressions have no data, one line each."""
    faults = []
    for expression in expressions:
        try:
            if not prometheus.series(expression.text, window):
                faults.append(f"{expression.place}: no data: {' '.join(expression.text.split())}")
        except QueryError as error:
            faults.append(f"{expression.place}: {error}")
    return faults


def fire_and_clear(prometheus: Prometheus, process: int) -> None:
    """Stops a service's process so that scrapes of it fail, and lets it go on."""
    if FAULT_ALERT in prometheus.alerts():
        raise AssertionError(f"{FAULT_ALERT} is active although nothing was stopped")
    os.kill(process, signal.SIGSTOP)
    try:
        fired = await_true(
            lambda: prometheus.alerts().get(FAULT_ALERT) == "firing", ALERT_SECONDS, f"{FAULT_ALERT} fires"
        )
    finally:
        os.kill(process, signal.SIGCONT)
    cleared = await_true(lambda: FAULT_ALERT not in prometheus.alerts(), ALERT_SECONDS, f"{FAULT_ALERT} clears")
    print(
        f"{FAULT_ALERT} fired {fired:.0f} s after a service was stopped, and cleared {cleared:.0f} s after it went on"
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prometheus", required=True, help="its URL")
    parser.add_argument("--since", type=float, required=True, help="Unix time of the demo's beginning")
    parser.add_argument(
        "--stop-process", type=int, required=True, help="process of a service that is stopped for a while"
    )
    options = parser.parse_args(arguments)
    prometheus = Prometheus(options.prometheus)
    window = Window(options.since, time.time())
    panels, rules = list(of_boards()), list(of_rules())
    faults = missing(prometheus, panels, window) + missing(prometheus, rules, window)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(
        f"{len(panels)} expressions of dashboards and {len(rules)} of rules: "
        f"{len(panels) + len(rules) - len(faults)} have data, {len(faults)} have none"
    )
    try:
        fire_and_clear(prometheus, options.stop_process)
    except (AssertionError, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

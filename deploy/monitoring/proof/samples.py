"""Answers scrapes with the metrics of programs that the laptop stack does not have: Kueue, dcgm-exporter, vLLM.

It shows that expressions fit the published names, not that such a program reports them. Counters grow with time, so
that rates of them are not 0.

python -m proof.samples PORT
"""

import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent / "samples"
GROWING = re.compile(r"^([\w:]+(?:_total|_bucket|_sum|_count)\{.*\}) ([\d.]+)$")
STARTED = time.monotonic()


def grown(text: str, seconds: float) -> str:
    """The text with each counter multiplied by the passed units of 5 seconds."""
    units = 1 + int(seconds / 5)
    return "".join(f"{_line(line, units)}\n" for line in text.splitlines())


def _line(line: str, units: int) -> str:
    match = GROWING.match(line)
    return f"{match[1]} {float(match[2]) * units}" if match else line


class Samples(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        file = SAMPLES / f"{Path(self.path).name}.prom"
        if not file.is_file():
            self.send_error(404)
            return
        body = grown(file.read_text(), time.monotonic() - STARTED).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Scrapes are no news."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Samples).serve_forever()

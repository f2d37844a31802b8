"""Draws dashboards from the data of a Prometheus: a page per dashboard, and a picture of it by headless Chromium.

The pictures show the committed panels and their queries; Grafana draws them somewhat differently.

python -m proof.draw --prometheus URL --since SECONDS --chromium PROGRAM --out FOLDER BOARD...
"""

import argparse
import html
import math
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from proof.expressions import boards, resolved
from proof.prometheus import Prometheus, Window

WIDTH, ROW = 1280, 34
COLOURS = ["#73bf69", "#f2cc0c", "#5794f2", "#ff9830", "#f2495c", "#b877d9", "#8ab8ff", "#ffb357"]
STYLE = """body{margin:0;background:#111217;color:#ccccdc;font:13px sans-serif}h1{font-size:17px;margin:10px 8px}
#board{position:relative}.panel{position:absolute;background:#181b1f;border:1px solid #2c3235;box-sizing:border-box;
overflow:hidden}.panel h2{font-size:12px;margin:5px 8px}.row{position:absolute;font-weight:600;padding:8px}
.value{font-size:26px;text-align:center;margin-top:12px;color:#73bf69}.name{text-align:center;color:#8e8e8e}"""
UNITS = {"bytes": (["B", "KiB", "MiB", "GiB"], 1024), "mbytes": (["MiB", "GiB", "TiB"], 1024)}


def shown(value: float, unit: str) -> str:
    """A number as Grafana shows it, roughly."""
    if math.isnan(value):
        return "none"
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    if unit == "s" and value >= 60:
        return f"{value / 3600:.1f} h" if value >= 3600 else f"{value / 60:.1f} min"
    names, factor = UNITS.get(unit, ([""], 1000))
    step = 0
    while step + 1 < len(names) and value >= factor:
        value, step = value / factor, step + 1
    suffix = {"s": " s", "ops": "/s", "reqps": "/s", "percent": " %", "watt": " W", "celsius": " °C"}.get(unit, "")
    digits = f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
    return f"{digits}{' ' + names[step] if names[step] else suffix}"


class Drawing:
    """The page of one dashboard."""

    def __init__(self, board: dict, prometheus: Prometheus, window: Window) -> None:
        self._board, self._prometheus, self._window = board, prometheus, window
        self._marks = self._times_of_annotations()
        self.height = 40

    def page(self) -> str:
        parts = [self._part(panel) for panel in self._board["panels"]]
        return (
            f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><script>{get_plotlyjs()}</script>"
            f"<h1>{html.escape(self._board['title'])}</h1><div id=board>{''.join(parts)}</div>"
        )

    def _part(self, panel: dict) -> str:
        place = panel["gridPos"]
        left, top = place["x"] * WIDTH // 24, place["y"] * ROW
        wide, high = place["w"] * WIDTH // 24 - 6, place["h"] * ROW - 6
        if panel["type"] == "row":
            return f'<div class=row style="left:{left}px;top:{top}px">{html.escape(panel["title"])}</div>'
        self.height = max(self.height, top + high + 48)
        draw = {"stat": self._number, "bargauge": self._bars, "timeseries": self._lines}[panel["type"]]
        body = draw(panel, wide - 12, high - 34)
        return (
            f'<div class=panel style="left:{left}px;top:{top}px;width:{wide}px;height:{high}px">'
            f"<h2>{html.escape(panel['title'])}</h2>{body}</div>"
        )

    def _series(self, panel: dict) -> list[tuple[str, list[float], list[float]]]:
        found = []
        for target in panel["targets"]:
            for series in self._prometheus.series(resolved(target["expr"]), self._window):
                times, values = zip(*((t, float(v)) for t, v in series["values"]), strict=True)
                found.append((_name(target["legendFormat"], series["metric"]), list(times), list(values)))
        return found

    def _number(self, panel: dict, wide: int, high: int) -> str:
        newest = [(name, [v for v in values if not math.isnan(v)][-1]) for name, _, values in self._series(panel)][:2]
        unit = panel["fieldConfig"]["defaults"]["unit"]
        return "".join(
            f"<div class=value>{shown(value, unit)}</div><div class=name>{html.escape(name)}</div>"
            for name, value in newest
        ) or ("<div class=value>none</div>")

    def _bars(self, panel: dict, wide: int, high: int) -> str:
        rows = [(name, [v for v in values if not math.isnan(v)][-1]) for name, _, values in self._series(panel)]
        unit = panel["fieldConfig"]["defaults"]["unit"]
        figure = go.Figure(
            go.Bar(
                y=[name for name, _ in rows],
                x=[value for _, value in rows],
                orientation="h",
                text=[shown(value, unit) for _, value in rows],
                marker_color=COLOURS[0],
            )
        )
        figure.update_yaxes(autorange="reversed")
        return self._html(figure, wide, high)

    def _lines(self, panel: dict, wide: int, high: int) -> str:
        defaults = panel["fieldConfig"]["defaults"]
        stacked = defaults.get("custom", {}).get("stacking", {}).get("mode") == "normal"
        figure = go.Figure()
        for number, (name, times, values) in enumerate(self._series(panel)):
            figure.add_scatter(
                x=[datetime.fromtimestamp(t, UTC) for t in times],
                y=[None if math.isnan(v) else v for v in values],
                name=name,
                mode="lines",
                stackgroup="all" if stacked else None,
                line={"color": COLOURS[number % len(COLOURS)], "width": 1.6},
            )
        for moment in self._marks:
            figure.add_vline(
                x=datetime.fromtimestamp(moment, UTC), line={"color": "#b877d9", "dash": "dash", "width": 1}
            )
        figure.update_xaxes(tickformat="%H:%M")
        figure.update_yaxes(rangemode="tozero", ticksuffix=" s" if defaults["unit"] == "s" else "")
        return self._html(figure, wide, high)

    def _html(self, figure: go.Figure, wide: int, high: int) -> str:
        figure.update_layout(
            template="plotly_dark",
            paper_bgcolor="#181b1f",
            plot_bgcolor="#181b1f",
            width=wide,
            height=high,
            margin={"l": 8, "r": 8, "t": 4, "b": 4},
            font={"size": 10},
            showlegend=True if len(figure.data) > 1 else None,
            legend={"orientation": "h", "y": -0.12},
        )
        figure.update_xaxes(automargin=True, nticks=7)
        figure.update_yaxes(automargin=True)
        return figure.to_html(full_html=False, include_plotlyjs=False, config={"staticPlot": True})

    def _times_of_annotations(self) -> list[float]:
        times = []
        for mark in (self._board.get("annotations") or {}).get("list") or []:
            for series in self._prometheus.series(resolved(mark["expr"]), self._window):
                before = -math.inf
                for moment, _ in series["values"]:
                    # Values without a gap belong to one mark.
                    if moment - before > 1.5 * self._window.step:
                        times.append(moment)
                    before = moment
        return times


def _name(legend: str, labels: dict[str, str]) -> str:
    if legend == "__auto":
        return ", ".join(f"{key}={value}" for key, value in labels.items())
    return re.sub(r"{{\s*(\w+)\s*}}", lambda match: labels.get(match[1], ""), legend)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prometheus", required=True, help="its URL")
    parser.add_argument("--since", type=float, required=True, help="Unix time from which on data is drawn")
    parser.add_argument("--chromium", required=True, help="the browser")
    parser.add_argument("--out", type=Path, required=True, help="folder of the pictures")
    parser.add_argument("boards", nargs="+", help="names of dashboards")
    options = parser.parse_args(arguments)
    window = Window(options.since, time.time())
    for name in options.boards:
        drawing = Drawing(boards()[name], Prometheus(options.prometheus), window)
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder, "board.html")
            page.write_text(drawing.page())
            picture = options.out / f"dashboard-{name}.png"
            command = [options.chromium, "--headless", "--disable-gpu", "--no-sandbox", "--hide-scrollbars"]
            command += [f"--user-data-dir={folder}/profile", "--virtual-time-budget=20000"]
            command += [f"--window-size={WIDTH},{drawing.height}", f"--screenshot={picture}", page.as_uri()]
            subprocess.run(command, check=True, timeout=180, capture_output=True)
        print(f"drew {picture} ({picture.stat().st_size // 1024} KiB)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

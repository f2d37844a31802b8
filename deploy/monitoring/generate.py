"""Writes the dashboards into the chart, and the digests by which a test sees that they belong to these sources.

python generate.py           writes them
python generate.py --check   compares them, and ends with 1 if one differs
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from boards.curation import curation
from boards.decisions import decisions
from boards.ingest import ingest
from boards.kafka import kafka
from boards.loop import loop
from boards.training import training
from boards.vllm import vllm

HERE = Path(__file__).resolve().parent
DASHBOARDS = HERE.parent / "helm" / "whetstone" / "files" / "monitoring" / "dashboards"
DIGESTS = HERE / "dashboards.sha256"
BOARDS: dict[str, Callable[[], Dashboard]] = {
    "loop": loop,
    "ingest": ingest,
    "curation": curation,
    "training": training,
    "decisions": decisions,
    "kafka": kafka,
    "vllm": vllm,
}


def generated() -> dict[Path, str]:
    """The files by their paths, the one with the digests last."""
    files = {DASHBOARDS / f"{name}.json": _text(make()) for name, make in BOARDS.items()}
    sources = [HERE / "generate.py", HERE / "requirements.lock", *sorted((HERE / "boards").glob("*.py"))]
    digests = {source: source.read_bytes() for source in sources} | {
        file: text.encode() for file, text in files.items()
    }
    files[DIGESTS] = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {file.relative_to(HERE.parent).as_posix()}\n"
        for file, content in sorted(digests.items())
    )
    return files


def _text(board: Dashboard) -> str:
    built = board.build()
    for number, panel in enumerate(built.panels or [], start=1):
        panel.id_val = number
    return json.dumps(json.loads(JSONEncoder().encode(built)), indent=1, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args(arguments).check
    files = generated()
    unknown = sorted(set(DASHBOARDS.glob("*.json")) - set(files))
    if check:
        differing = [file for file, text in files.items() if not file.is_file() or file.read_text() != text]
        for file in differing + unknown:
            print(f"{file.relative_to(HERE.parent)} is not what the generator writes; run generate.py", file=sys.stderr)
        return 1 if differing or unknown else 0
    for file in unknown:
        file.unlink()
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    print(f"wrote {len(BOARDS)} dashboards to {DASHBOARDS.relative_to(HERE.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

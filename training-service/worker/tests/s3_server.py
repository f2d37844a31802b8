"""The S3 server of the Java tests (module test-support/s3), as a process that ends with this one."""

import os
import select
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ACCESS_KEY = "whetstone-test-access"
SECRET_KEY = "whetstone-test-secret"
BUCKET = "whetstone"

_START_SECONDS = 60

_MODULE = Path(__file__).resolve().parents[3] / "test-support/s3/target"


@dataclass
class S3Server:
    endpoint: str
    process: subprocess.Popen

    def environment(self, cache: Path) -> dict[str, str]:
        return {
            "WHETSTONE_S3_ENDPOINT": self.endpoint,
            "WHETSTONE_S3_PATH_STYLE": "true",
            "WHETSTONE_S3_CACHE_FOLDER": str(cache),
            "WHETSTONE_S3_ACCESS_KEY_REF": "env:WHETSTONE_S3_ACCESS_KEY",
            "WHETSTONE_S3_SECRET_KEY_REF": "env:WHETSTONE_S3_SECRET_KEY",
            "WHETSTONE_S3_ACCESS_KEY": ACCESS_KEY,
            "WHETSTONE_S3_SECRET_KEY": SECRET_KEY,
        }

    def close(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def why_not() -> str | None:
    """Why the server cannot be started here; None when it can."""
    if not (_MODULE / "classpath.txt").exists():
        return f"{_MODULE}/classpath.txt does not exist: run ./mvnw -pl test-support/s3 compile"
    return None if _java() else "there is no java: set JAVA_HOME"


def start(folder: Path) -> S3Server:
    classpath = f"{_MODULE}/classes:{(_MODULE / 'classpath.txt').read_text().strip()}"
    with (folder / "s3.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(_java(), "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classpath),
                *(
                    "dev.whetstone.testing.s3.S3ServerMain",
                    str(folder / "objects"),
                    "0",
                    ACCESS_KEY,
                    SECRET_KEY,
                    BUCKET,
                ),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    answered, _, _ = select.select([process.stdout], [], [], _START_SECONDS)
    line = process.stdout.readline() if answered else f"no answer within {_START_SECONDS} s"
    assert line.startswith("s3 ready "), f"{line}: {(folder / 's3.log').read_text()}"
    return S3Server(f"http://127.0.0.1:{line.split()[-1]}", process)


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return f"{home}/bin/java" if home else shutil.which("java")

"""The adapter loader: copies adapters from a bucket to the machine of a model server, and checks their digest.

It runs beside a model server (``python -m whetstone_worker.pull --folder /adapters``) and shares the folder with it.
Eval asks it for an adapter, ``POST /v1/adapters`` with ``uri`` and ``sha256`` (the digest of the adapter's folder), and
asks the model server to load the path that it answers. ``--once URI SHA256`` copies one adapter and prints its path.
"""

import argparse
import json
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from whetstone_worker.artifact.digest import digest_of_path
from whetstone_worker.artifact.local_copies import LocalCopies
from whetstone_worker.artifact.s3_location import S3Location
from whetstone_worker.artifact.s3_settings import S3Settings
from whetstone_worker.artifact.s3_store import S3ArtifactStore
from whetstone_worker.errors import BadInputError, ExitCode, RetryableError, WorkerError

_LOG = logging.getLogger(__name__)
_PATH = "/v1/adapters"
_LONGEST_BODY = 64 << 10
_SOCKET_SECONDS = 30
_QUEUE_SECONDS = 60
_SHA256 = re.compile(r"[0-9a-f]{64}")


class DigestMismatchError(BadInputError):
    """The bytes in the bucket are not those that were asked for."""


class OutsideStoreError(BadInputError):
    """What was asked for is not in the object store."""


_STATUSES: dict[type[WorkerError], int] = {OutsideStoreError: 403, DigestMismatchError: 409, RetryableError: 404}


class AdapterPuller:
    """Copies adapters of one object store into a folder with a limit, one at a time."""

    def __init__(self, store_uri: str, folder: Path, limit: int, environment: Mapping[str, str] = os.environ) -> None:
        self._root = S3Location.of(store_uri)
        self._store = S3ArtifactStore(S3Settings.of(environment), environment)
        self._copies = LocalCopies(folder, limit)
        self._one = threading.Lock()

    def pull(self, uri: str, sha256: str) -> Path:
        """The local folder of an adapter whose files have the digest."""
        place = S3Location.of(uri)
        if place == self._root or not self._root.contains(place):
            raise OutsideStoreError(
                "outside-store", f"{uri} is not in the object store {self._root.uri}; correct WHETSTONE_STORE_URI"
            )
        if not _SHA256.fullmatch(sha256):
            raise BadInputError("invalid-digest", f"{sha256!r} is no SHA-256; give 64 lower-case hex digits")
        if not self._one.acquire(timeout=_QUEUE_SECONDS):
            raise TimeoutError("other adapters are being copied; ask again")
        try:
            size = self._store.bytes_of(place.uri)
            return self._copies.copy(f"{place.uri}\n{sha256}", size, lambda new: self._download(place.uri, sha256, new))
        finally:
            self._one.release()

    def _download(self, uri: str, sha256: str, folder: Path) -> None:
        self._store.download(uri, folder)
        actual = digest_of_path(folder)
        if actual != sha256:
            raise DigestMismatchError(
                "digest-mismatch", f"{uri} has digest {actual}, expected {sha256}; restore it in the object store"
            )
        _LOG.info("adapter-copied uri=%s sha256=%s", uri, sha256)


class _Handler(BaseHTTPRequestHandler):
    puller: ClassVar[AdapterPuller]
    timeout = _SOCKET_SECONDS

    def do_GET(self) -> None:
        """Answers that the loader runs."""
        self._answer(*((200, {"status": "up"}) if self.path == "/healthz" else _not_found(self.path)))

    def do_POST(self) -> None:
        """Copies an adapter and answers with its path."""
        length = self.headers.get("Content-Length", "")
        if self.path != _PATH:
            self._answer(*_not_found(self.path))
        elif not length.isdecimal() or int(length) > _LONGEST_BODY:
            self._answer(*_error(413, f"send a JSON object of at most {_LONGEST_BODY} bytes"))
        else:
            self._answer(*self._pull(self.rfile.read(int(length))))

    def _pull(self, body: bytes) -> tuple[int, Any]:
        try:
            request = json.loads(body)
            path = self.puller.pull(str(request["uri"]), str(request["sha256"]))
        except (ValueError, KeyError, TypeError):
            return _error(400, "send a JSON object with uri and sha256")
        except WorkerError as error:
            return _error(_STATUSES.get(type(error), 400), error.detail)
        except OSError as error:  # the store or the disk
            _LOG.warning("adapter-not-copied reason=%s", error)
            return _error(503, str(error))
        return 200, {"path": str(path)}

    def _answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Requests are not logged: each copy is."""


def _error(status: int, message: str) -> tuple[int, Any]:
    return status, {"error": {"message": message}}


def _not_found(path: str) -> tuple[int, Any]:
    return _error(404, f"{path} is not served; POST {_PATH}, or GET /healthz")


def serve(puller: AdapterPuller, host: str, port: int) -> ThreadingHTTPServer:
    """A server that is bound to its address; ``serve_forever`` runs it."""
    return ThreadingHTTPServer((host, port), type("Handler", (_Handler,), {"puller": puller}))


def main(arguments: list[str] | None = None) -> int:
    """Copies one adapter, or serves until SIGTERM; returns the process exit code."""
    parser = argparse.ArgumentParser(prog="whetstone_worker.pull", description=__doc__)
    parser.add_argument("--store", default=os.environ.get("WHETSTONE_STORE_URI"), help="s3:// URI of the object store")
    parser.add_argument("--folder", type=Path, required=True, help="folder that the model server sees at the same path")
    parser.add_argument("--limit-bytes", type=int, default=20 << 30, help="most bytes of adapters in the folder")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8089)
    parser.add_argument("--once", nargs=2, metavar=("URI", "SHA256"), help="copy one adapter, print its path and exit")
    parsed = parser.parse_args(arguments)
    if not parsed.store:
        parser.error("--store or WHETSTONE_STORE_URI is needed")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        puller = AdapterPuller(parsed.store, parsed.folder.resolve(), parsed.limit_bytes)
        if parsed.once:
            sys.stdout.write(f"{puller.pull(*parsed.once)}\n")
            return int(ExitCode.DONE)
    except WorkerError as error:
        sys.stderr.write(f"{error.code}: {error.detail}\n")
        return int(error.exit_code)
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return int(ExitCode.RETRYABLE)
    with serve(puller, parsed.host, parsed.port) as server:
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
        sys.stdout.write(f"adapter loader on http://{parsed.host}:{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()
    return int(ExitCode.DONE)


if __name__ == "__main__":
    raise SystemExit(main())

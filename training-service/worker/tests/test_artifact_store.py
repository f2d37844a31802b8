"""The contract of an artifact store, for every implementation; a new scheme is added to ``STORES``."""

import hashlib
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from memory_store import MemoryArtifactStore
from s3_server import S3Server
from whetstone_worker.artifact.file_store import FileArtifactStore
from whetstone_worker.artifact.port import ArtifactStore, child
from whetstone_worker.artifact.scheme import SchemeArtifactStore, open_artifacts
from whetstone_worker.artifact.verified import verified_path, verified_stream
from whetstone_worker.errors import BadInputError, RetryableError
from whetstone_worker.spec import Artifact


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


STORES: dict[str, Callable[[Path], tuple[ArtifactStore, str]]] = {
    "file": lambda folder: (FileArtifactStore(), folder.as_uri() + "/root"),
    "file by scheme": lambda folder: (open_artifacts(), folder.as_uri() + "/a%20b"),
    "absolute path": lambda folder: (open_artifacts(), f"{folder}/root"),
    "memory": lambda folder: (MemoryArtifactStore(folder), "memory://root"),
    "memory by scheme": lambda folder: (SchemeArtifactStore({"memory": MemoryArtifactStore(folder)}), "memory://root"),
}


REMOTE = ("s3", "s3 by scheme", "s3 in parts")


@pytest.fixture(params=sorted([*STORES, *REMOTE]))
def opened(request, tmp_path, monkeypatch) -> tuple[ArtifactStore, str]:
    if request.param in REMOTE:
        return _in_a_bucket(request.param, request.getfixturevalue("s3"), tmp_path, monkeypatch)
    return STORES[request.param](tmp_path)


def _in_a_bucket(kind: str, server: S3Server, folder: Path, monkeypatch) -> tuple[ArtifactStore, str]:
    root = f"s3://whetstone/{secrets.token_hex(8)}/%C3%BC"
    environment = server.environment(folder / "cache")
    if kind == "s3 by scheme":
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return open_artifacts(), root
    from whetstone_worker.artifact.s3_settings import S3Settings
    from whetstone_worker.artifact.s3_store import S3ArtifactStore

    settings = S3Settings.of(environment)
    if kind == "s3 in parts":
        settings = replace(settings, part_bytes=5 << 20, checksum="crc32")
    return S3ArtifactStore(settings, environment), root


@pytest.fixture
def store(opened) -> ArtifactStore:
    return opened[0]


@pytest.fixture
def root(opened) -> str:
    return opened[1]


def read(store: ArtifactStore, uri: str) -> bytes:
    with store.open(uri) as stream:
        return stream.read()


class TestContract:
    def test_should_read_what_was_put(self, store, root):
        uri = child(root, "a/b c%.txt")

        stored = store.put(uri, iter([b"one ", b"", b"two"]))

        assert (stored.sha256, stored.size) == (sha256(b"one two"), 7)
        assert read(store, uri) == b"one two"
        assert store.size(uri) == 7
        assert store.digest(uri) == stored.sha256
        assert store.local_path(uri).read_bytes() == b"one two"

    def test_should_replace_a_file(self, store, root):
        uri = child(root, "a")
        store.put(uri, [b"old"])

        store.put(uri, [b"new"])

        assert read(store, uri) == b"new"

    def test_should_keep_the_old_file_when_a_write_fails(self, store, root):
        def broken() -> Iterator[bytes]:
            yield b"half"
            raise OSError(5, "Input/output error")

        uri = child(root, "a")
        store.put(uri, [b"old"])

        for write in (store.put, store.put_if_absent):
            with pytest.raises(OSError, match="Input/output error"):
                write(uri if write == store.put else child(root, "b"), broken())

        assert read(store, uri) == b"old"
        assert list(store.list(root)) == ["a"]

    def test_should_show_no_file_before_it_is_whole(self, store, root):
        seen = []

        def chunks() -> Iterator[bytes]:
            yield b"half"
            seen.extend(store.list(root))

        store.put(child(root, "a"), chunks())

        assert seen == []
        assert list(store.list(root)) == ["a"]

    def test_should_put_once_if_absent(self, store, root):
        uri = child(root, "a")

        assert store.put_if_absent(uri, [b"first"]).sha256 == sha256(b"first")
        assert store.put_if_absent(uri, [b"second"]) is None
        assert read(store, uri) == b"first"

    def test_should_let_one_of_several_writers_win(self, store, root):
        start = threading.Barrier(8)

        def write(number: int) -> bool:
            start.wait(10)
            return store.put_if_absent(child(root, "a"), [b"%d" % number]) is not None

        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(write, range(8)))

        assert sum(won) == 1
        assert read(store, child(root, "a")) == b"%d" % won.index(True)

    def test_should_list_relative_paths_in_order(self, store, root):
        for name in ("b/2", "a", "b/1", "c d"):
            store.put(child(root, name), [b"x"])

        assert list(store.list(root)) == ["a", "b/1", "b/2", "c d"]
        assert list(store.list(child(root, "b"))) == ["1", "2"]
        assert list(store.list(child(root, "none"))) == []

    def test_should_delete_files_and_folders_and_ignore_missing_ones(self, store, root):
        for name in ("a", "b/1", "b/2", "bc"):
            store.put(child(root, name), [b"x"])

        store.delete(child(root, "a"))
        store.delete(child(root, "b"))
        store.delete(child(root, "none"))

        assert list(store.list(root)) == ["bc"]
        assert store.size(child(root, "a")) is None

    def test_should_digest_a_folder_as_the_contract_defines(self, store, root):
        store.put(child(root, "b/2.txt"), [b"two"])
        store.put(child(root, "a.txt"), [b"one"])
        lines = f"{sha256(b'one')}  a.txt\n{sha256(b'two')}  b/2.txt\n"

        assert store.digest(root) == sha256(lines.encode())
        assert (store.local_path(root) / "b/2.txt").read_bytes() == b"two"

    def test_should_treat_a_missing_artifact_as_retryable(self, store, root):
        for read_missing in (store.open, store.local_path, store.digest):
            with pytest.raises(RetryableError, match="does not exist") as missing:
                read_missing(child(root, "none"))
            assert missing.value.code == "input-missing"
        assert store.size(child(root, "none")) is None

    def test_should_publish_files_of_a_workspace(self, store, root):
        workspace = store.workspace(root)
        (workspace / "b").mkdir()
        (workspace / "b/1").write_bytes(b"one")

        store.publish(workspace / "b/1", child(root, "b/1"))
        store.publish(workspace / "b/1", child(root, "copy"))

        assert read(store, child(root, "b/1")) == read(store, child(root, "copy")) == b"one"
        assert (workspace / "b/1").read_bytes() == b"one"

    def test_should_name_artifact_expected_and_actual_digest(self, store, root):
        uri = child(root, "rows.jsonl")
        store.put(uri, [b"changed"])
        reference = Artifact(uri=uri, sha256="0" * 64)

        with pytest.raises(BadInputError) as by_path:
            verified_path(store, reference, "dataset")
        with pytest.raises(BadInputError) as by_stream, verified_stream(store, reference, "dataset") as stream:
            stream.read(2)

        for refused in (by_path.value, by_stream.value):
            assert refused.code == "digest-mismatch"
            assert "0" * 64 in refused.detail
            assert sha256(b"changed") in refused.detail
        assert uri in by_stream.value.detail

    def test_should_blame_the_digest_before_the_content(self, store, root):
        uri = child(root, "rows.jsonl")
        data = b"x" * 3_000_000
        store.put(uri, [data])

        for digest, code in (("0" * 64, "digest-mismatch"), (sha256(data), "invalid-example")):
            reference = Artifact(uri=uri, sha256=digest)
            with pytest.raises(BadInputError) as refused, verified_stream(store, reference, "dataset") as stream:
                stream.read(1)
                raise BadInputError("invalid-example", "line 1")
            assert refused.value.code == code

    def test_should_write_a_large_file_whole_or_not_at_all(self, store, root):
        uri = child(root, "large")
        block = bytes(range(256)) * 4096

        def broken() -> Iterator[bytes]:
            yield from [block] * 12
            raise OSError(5, "Input/output error")

        with pytest.raises(OSError, match="Input/output error"):
            store.put(uri, broken())
        assert store.size(uri) is None
        stored = store.put_if_absent(uri, [block] * 12)

        assert stored.size == store.size(uri) == 12 << 20
        assert store.put_if_absent(uri, [block] * 13) is None
        assert store.digest(uri) == stored.sha256
        assert list(store.list(root)) == ["large"]

    def test_should_read_a_verified_stream_whole(self, store, root):
        uri = child(root, "rows.jsonl")
        data = b"row\n" * 1_000_000
        store.put(uri, [data])

        with verified_stream(store, Artifact(uri=uri, sha256=sha256(data)), "dataset") as stream:
            assert sum(1 for _ in stream) == 1_000_000


@pytest.mark.parametrize("uri", ["ftp://bucket/key", "http://host/a", "relative/path", "http://[bad"])
def test_should_refuse_a_scheme_without_a_store(uri):
    with pytest.raises(BadInputError) as refused:
        open_artifacts().open(uri)

    assert refused.value.code == "unsupported-uri"
    assert repr(uri) in refused.value.detail


def test_should_refuse_a_file_uri_of_another_host():
    with pytest.raises(BadInputError, match="does not name a file of this machine"):
        open_artifacts().open("file://other/a")


def test_should_leave_nothing_half_written_when_the_disk_is_full(tmp_path, monkeypatch):
    store = open_artifacts()
    uri = (tmp_path / "manifest.json").as_uri()
    store.put(uri, [b"old"])

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.put(uri, [b"new"])

    assert read(store, uri) == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["manifest.json"]

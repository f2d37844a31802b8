"""What is peculiar to buckets: faults, versions, credentials, local copies."""

import hashlib
import os
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from whetstone_worker.artifact.port import child
from whetstone_worker.errors import BadInputError, RetryableError

pytest.importorskip("botocore", reason="the environment has no botocore; install requirements.lock")

from whetstone_worker.artifact.local_copies import LocalCopies
from whetstone_worker.artifact.s3_client import ObjectStoreError
from whetstone_worker.artifact.s3_location import S3Location
from whetstone_worker.artifact.s3_settings import S3Settings
from whetstone_worker.artifact.s3_store import S3ArtifactStore

CONTENT = b"0123456789" * 10


@pytest.fixture
def root() -> str:
    return f"s3://whetstone/{secrets.token_hex(8)}"


def store_of(s3, folder: Path, **changes) -> S3ArtifactStore:
    environment = s3.environment(folder)
    return S3ArtifactStore(replace(S3Settings.of(environment), **changes), environment)


class CutOff:
    """A client whose connection ends at the second part, and before anything can be aborted."""

    def __init__(self, client, aborts: bool) -> None:
        self._client = client
        self._aborts = aborts
        self._parts = 0

    def __getattr__(self, name: str) -> Callable:
        return getattr(self._client, name)

    def upload_part(self, **arguments):
        self._parts += 1
        if self._parts == 2:
            raise ConnectionResetError("cut off")
        return self._client.upload_part(**arguments)

    def abort_multipart_upload(self, **arguments):
        if not self._aborts:
            raise ConnectionResetError("still cut off")
        return self._client.abort_multipart_upload(**arguments)


@pytest.mark.parametrize("aborts", [True, False])
def test_should_never_show_half_a_file_of_a_killed_writer(s3, tmp_path, root, aborts):
    store = store_of(s3, tmp_path, part_bytes=5 << 20)
    client = store._client
    store._upload._client = CutOff(client, aborts)
    file = tmp_path / "adapter"
    file.write_bytes(secrets.token_bytes(11 << 20))

    with pytest.raises(ConnectionResetError):
        store.publish(file, child(root, "adapter"))

    key = S3Location.of(root).key
    uploads = client.list_multipart_uploads(Bucket="whetstone").get("Uploads", [])
    assert store.size(child(root, "adapter")) is None
    assert list(store.list(root)) == []
    assert any(each["Key"].startswith(key) for each in uploads) is not aborts
    store._upload._client = client
    store.publish(file, child(root, "adapter"))
    assert store.digest(child(root, "adapter")) == hashlib.sha256(file.read_bytes()).hexdigest()


def test_should_copy_a_new_version_and_keep_a_known_one(s3, tmp_path, root):
    store = store_of(s3, tmp_path)
    uri = child(root, "a")
    store.put(uri, [b"old"])
    first = store.local_path(uri)

    assert store.local_path(uri) == first
    store.put(uri, [b"new"])

    assert store.local_path(uri).read_bytes() == b"new"
    assert first.read_bytes() == b"old"


def test_should_copy_again_what_was_changed_locally(s3, tmp_path, root):
    store = store_of(s3, tmp_path)
    store.put(child(root, "folder/a"), [b"content"])
    copy = store.local_path(child(root, "folder")) / "a"
    copy.write_bytes(b"damaged")

    assert (store.local_path(child(root, "folder")) / "a").read_bytes() == b"content"


def test_should_keep_local_copies_within_their_limit(s3, tmp_path, root):
    store = store_of(s3, tmp_path, cache_bytes=500)
    for name in "ab":
        store.put(child(root, name), [CONTENT * 3])
    first = store.local_path(child(root, "a"))

    with pytest.raises(OSError, match="raise WHETSTONE_S3_CACHE_BYTES"):
        store.local_path(child(root, "b"))
    os.utime(first.parents[1], (0, 0))

    assert store.local_path(child(root, "b")).exists()
    assert not first.exists()


def test_should_remove_what_an_ended_process_left(tmp_path):
    copies = LocalCopies(tmp_path, 100)
    held = copies.workspace()
    left = held.parents[1] / "work-left"
    (left / "content").mkdir(parents=True)
    (left / ".lock").touch()

    LocalCopies(tmp_path, 100)

    assert held.exists()
    assert not left.exists()


def test_should_give_a_uri_one_workspace(s3, tmp_path, root):
    store = store_of(s3, tmp_path)
    assert store.workspace(root) == store.workspace(root + "/")
    assert store.workspace(root) != store.workspace(child(root, "b"))


def test_should_name_credentials_that_are_refused(s3, tmp_path, root):
    environment = s3.environment(tmp_path) | {"WHETSTONE_S3_SECRET_KEY": "wrong"}
    store = S3ArtifactStore(S3Settings.of(environment), environment)

    with pytest.raises(ObjectStoreError, match="SignatureDoesNotMatch: give the worker valid credentials"):
        store.put(child(root, "a"), [b"x"])


def test_should_name_a_bucket_that_does_not_exist(s3, tmp_path):
    with pytest.raises(ObjectStoreError, match="NoSuchBucket: create the bucket"):
        store_of(s3, tmp_path).open("s3://no-such-bucket/a")


def test_should_name_an_endpoint_that_does_not_answer(tmp_path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
    store = stub_store(endpoint, tmp_path)

    with pytest.raises(ObjectStoreError, match="WHETSTONE_S3_ENDPOINT"):
        store.open("s3://bucket/a")


def test_should_name_a_key_that_is_not_there(tmp_path):
    environment = {"WHETSTONE_S3_ENDPOINT": "http://127.0.0.1:1", "WHETSTONE_S3_CACHE_FOLDER": str(tmp_path)}
    environment |= {"WHETSTONE_S3_ACCESS_KEY_REF": "env:A", "WHETSTONE_S3_SECRET_KEY_REF": "file:/none"}
    with pytest.raises(BadInputError, match="WHETSTONE_S3_ACCESS_KEY_REF 'env:A' cannot be resolved"):
        S3ArtifactStore(S3Settings.of(environment), environment).open("s3://bucket/a")


def stub_store(endpoint: str, folder: Path) -> S3ArtifactStore:
    environment = {
        "WHETSTONE_S3_ENDPOINT": endpoint,
        "WHETSTONE_S3_PATH_STYLE": "true",
        "WHETSTONE_S3_CACHE_FOLDER": str(folder),
        "WHETSTONE_S3_ATTEMPTS": "3",
        "WHETSTONE_S3_READ_TIMEOUT": "1",
        "WHETSTONE_S3_ACCESS_KEY_REF": "env:KEY",
        "WHETSTONE_S3_SECRET_KEY_REF": "env:KEY",
        "KEY": "key",
    }
    return S3ArtifactStore(S3Settings.of(environment), environment)


@contextmanager
def stub(answer: Callable[[BaseHTTPRequestHandler], None]):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def send(request: BaseHTTPRequestHandler, status: int, body: bytes, length: int) -> None:
    request.send_response(status)
    request.send_header("ETag", '"one"')
    request.send_header("Content-Length", str(length))
    request.end_headers()
    request.wfile.write(body)


def test_should_go_on_where_an_answer_broke_off(tmp_path):
    ranges = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        ranges.append((request.headers["Range"], request.headers["If-Match"]))
        if request.headers["Range"]:
            send(request, 206, CONTENT[40:], 60)
        else:
            send(request, 200, CONTENT[:40], 100)

    with stub(answer) as endpoint, stub_store(endpoint, tmp_path).open("s3://bucket/a") as stream:
        assert stream.read() == CONTENT
    assert ranges == [(None, None), ("bytes=40-", '"one"')]


def test_should_give_up_on_a_file_that_breaks_off_each_time(tmp_path):
    with (
        stub(lambda request: send(request, 206 if request.headers["Range"] else 200, b"", 100)) as endpoint,
        stub_store(endpoint, tmp_path).open("s3://bucket/a") as stream,
        pytest.raises(ObjectStoreError, match="broke off 3 times"),
    ):
        stream.read()


@pytest.mark.parametrize(
    ("status", "code", "remedy"),
    [
        (403, "AccessDenied", "s3:ListBucket"),
        (403, "RequestTimeTooSkewed", "synchronise it"),
        (400, "AuthorizationHeaderMalformed", "WHETSTONE_S3_REGION"),
        (404, "NoSuchBucket", "create the bucket"),
        (400, "Unheard", "as the server says"),
    ],
)
def test_should_name_the_cause_and_the_remedy(tmp_path, status, code, remedy):
    body = f"<Error><Code>{code}</Code><Message>as the server says</Message></Error>".encode()
    with (
        stub(lambda request: send(request, status, body, len(body))) as endpoint,
        pytest.raises(ObjectStoreError, match=remedy) as refused,
    ):
        stub_store(endpoint, tmp_path).open("s3://bucket/a")
    assert "s3://bucket/a could not be read at http://127.0.0.1:" in str(refused.value)


def test_should_treat_a_changed_object_as_retryable(tmp_path):
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(404)
        request.send_header("Content-Length", "0")
        request.end_headers()

    with stub(answer) as endpoint, pytest.raises(RetryableError, match="does not exist"):
        stub_store(endpoint, tmp_path).open("s3://bucket/a")


@pytest.mark.parametrize(
    "uri",
    [
        *("s3:///key", "s3://UPPER/key", "s3://user@bucket/key", "s3://bucket:80/key", "s3://bucket/a/../b"),
        *("s3://bucket/a/%2e%2e/b", "s3://bucket/a//b", "s3://bucket/a?versionId=1", "s3://bucket/a%00b"),
        "s3://bucket/%ff",
    ],
)
def test_should_refuse_a_location_that_is_none(uri):
    with pytest.raises(BadInputError) as refused:
        S3Location.of(uri)
    assert refused.value.code == "unsupported-uri"


def test_should_give_every_location_one_spelling():
    assert S3Location.of("s3://bucket/a%20b/ü/%C3%BC+/").uri == "s3://bucket/a%20b/%C3%BC/%C3%BC%2B"


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("CHECKSUM", "md5", "sha256 or crc32 or none"),
        ("ENCRYPTION", "rot13", "aws:kms"),
        ("KMS_KEY_ID", "key", "ENCRYPTION is aws:kms"),
        ("ATTEMPTS", "0", "at least 1"),
        ("PART_BYTES", "1", "at least 5242880"),
        ("READ_TIMEOUT", "soon", "PT30S"),
        ("ENDPOINT", "bucket.example", "http://host:port"),
        ("ACCESS_KEY_REF", "env:A", "both keys"),
        ("PATH_STYLE", "yes", "true or false"),
    ],
)
def test_should_name_a_setting_that_cannot_be_used(name, value, accepted):
    with pytest.raises(BadInputError) as refused:
        S3Settings.of({f"WHETSTONE_S3_{name}": value})
    assert f"WHETSTONE_S3_{name}" in refused.value.detail
    assert accepted in refused.value.detail


def test_should_read_durations_as_the_services_do():
    settings = S3Settings.of({"WHETSTONE_S3_CALL_TIMEOUT": "PT1M30S", "WHETSTONE_S3_READ_TIMEOUT": "5S"})
    assert (settings.call_timeout, settings.read_timeout, settings.connect_timeout) == (90.0, 5.0, 5.0)
    assert (settings.attempts, settings.part_bytes, settings.checksum) == (4, 16 << 20, "sha256")

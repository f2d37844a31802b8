"""Digests and whole-or-nothing writes."""

import hashlib

import pytest

from whetstone_worker.errors import BadInputError, RetryableError
from whetstone_worker.storage import (
    path_of,
    read_verified,
    sha256_of,
    sha256_of_directory,
    uri_of,
    verified,
    write_atomically,
)


def test_should_digest_a_directory_as_the_contract_says(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b/2.txt").write_bytes(b"two")
    (tmp_path / "a.txt").write_bytes(b"one")
    lines = f"{hashlib.sha256(b'one').hexdigest()}  a.txt\n{hashlib.sha256(b'two').hexdigest()}  b/2.txt\n"

    assert sha256_of_directory(tmp_path) == hashlib.sha256(lines.encode()).hexdigest()


def test_should_name_file_expected_and_actual(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"changed")

    for read in (read_verified, verified):
        with pytest.raises(BadInputError) as refused:
            read(file.as_uri(), "0" * 64, "dataset")
        assert str(file) in refused.value.detail
        assert "0" * 64 in refused.value.detail
        assert sha256_of(file) in refused.value.detail


def test_should_say_what_is_missing(tmp_path):
    with pytest.raises(RetryableError, match="does not exist"):
        verified((tmp_path / "none").as_uri(), "0" * 64, "base model")


def test_should_refuse_what_it_cannot_read():
    with pytest.raises(BadInputError, match="file://"):
        path_of("s3://bucket/key")


def test_should_read_back_its_own_uris(tmp_path):
    odd = tmp_path / "a b%c"

    assert path_of(uri_of(odd)) == odd.resolve()


def test_should_leave_nothing_half_written(tmp_path, monkeypatch):
    target = tmp_path / "manifest.json"
    write_atomically(target, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(target, b"new")

    assert target.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["manifest.json"]

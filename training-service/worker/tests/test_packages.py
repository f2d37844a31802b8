"""The three distributions: what each imports, and that the trainer needs none of the others."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import SOURCES, WORKER, environment

PACKAGES = {"whetstone_worker": "src", "whetstone_serve": "serve/src", "whetstone_toybase": "toybase/src"}
ALLOWED = {"whetstone_worker": set(), "whetstone_serve": set(), "whetstone_toybase": {"whetstone_worker"}}

IMPORT_ALL = """
import importlib, pkgutil, sys
import {package}
for module in pkgutil.walk_packages({package}.__path__, "{package}."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(*sorted({{name.partition(".")[0] for name in sys.modules}}))
"""


def sources(package: str) -> list[Path]:
    return sorted((WORKER / PACKAGES[package] / package).rglob("*.py"))


def imported_packages(package: str) -> set[str]:
    found = set()
    for file in sources(package):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {name.partition(".")[0] for name in names}
    return (found & PACKAGES.keys()) - {package}


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_should_import_only_the_packages_it_may_depend_on(package):
    assert imported_packages(package) <= ALLOWED[package], (
        f"{package} must not depend on another package of this folder"
    )


def loaded_by(package: str, folders: list[Path]) -> set[str]:
    variables = environment(PYTHONPATH=":".join(map(str, folders)))
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL.format(package=package)],
        env=variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_should_import_the_whole_trainer_without_server_and_toybase():
    loaded = loaded_by("whetstone_worker", [WORKER / "src"])

    assert "trl" in loaded
    assert not loaded & {"starlette", "uvicorn", "whetstone_serve", "whetstone_toybase"}


def test_should_import_the_whole_server_without_the_trainer():
    loaded = loaded_by("whetstone_serve", [WORKER / "serve/src"])

    assert "starlette" in loaded
    assert not loaded & {"trl", "peft", "datasets", "whetstone_worker", "whetstone_toybase"}


def test_should_have_no_scheme_outside_the_artifact_package():
    outside = [
        file
        for folder in SOURCES
        for file in folder.rglob("*.py")
        if "artifact" not in file.parts
        and any(text in file.read_text() for text in ("file://", "urlsplit", "urlparse"))
    ]

    assert outside == [], "read and write artifacts through whetstone_worker.artifact"


def test_should_refuse_arguments_that_train_does_not_have(capsys, tmp_path):
    from whetstone_worker import cli

    with pytest.raises(SystemExit) as ended:
        cli.main(["train", "--spec", str(tmp_path / "spec.json"), "--fast"])

    assert ended.value.code == 2
    assert "unrecognized arguments: --fast" in capsys.readouterr().err

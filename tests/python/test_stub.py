# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The committed stub of the compiled module is the one that the build generates."""

import ast
import difflib
import os
import pathlib

import pytest

import suan
from suan import _suan

COMMITTED = pathlib.Path(__file__).parents[2] / "python" / "suan" / "_suan.pyi"


def test_committed_stub_equals_the_generated_one():
    generated = os.environ.get("SUAN_GENERATED_STUB")
    if generated is None:
        pytest.skip("SUAN_GENERATED_STUB is not set: this test belongs to the build tree")
    new, old = pathlib.Path(generated).read_text(), COMMITTED.read_text()
    difference = "".join(
        difflib.unified_diff(
            old.splitlines(keepends=True), new.splitlines(keepends=True), "committed", "generated"
        )
    )
    command = f"cp {generated} {COMMITTED}"
    assert not difference, f"if the change is meant, run\n    {command}\n\n{difference}"


def test_stub_names_everything_that_the_module_has():
    tree = ast.parse(COMMITTED.read_text())
    stubbed = {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    present = {name for name in vars(_suan) if not name.startswith("__")}
    assert present == stubbed


def test_the_package_says_that_it_is_typed():
    assert (pathlib.Path(suan.__file__).parent / "py.typed").exists()


def test_every_public_name_is_documented():
    for name in suan.__all__:
        if name != "__version__":
            assert getattr(suan, name).__doc__, name

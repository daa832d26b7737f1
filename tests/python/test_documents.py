# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The examples in docs/python.md and the docstrings work as shown."""

import doctest
import pathlib
import re

import numpy as np
import pytest

import suan

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "python.md"


def test_the_examples_of_the_page_run(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib").use("Agg")
    for name in ("hdf5", "mumps"):
        if not suan.show_config("dicts")[name]:
            pytest.skip(f"this build of Suan has no {name.upper()}, which the page uses")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 5
    names: dict = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)


def test_the_page_lists_every_name():
    text = PAGE.read_text()
    for name in suan.__all__:
        if name != "__version__":
            assert name in text, name


@pytest.mark.parametrize("item", [suan, suan.solve, suan.generate])
def test_docstrings(item):
    # A finder skips functions whose module it cannot see, so they are listed explicitly.
    parser = doctest.DocTestParser()
    examples = parser.get_doctest(item.__doc__, {"np": np, "suan": suan}, item.__name__, None, 0)
    assert examples.examples
    result = doctest.DocTestRunner().run(examples)
    assert result.failed == 0

"""A folder, an output and a project of its own for each test."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.tools.stand_ins import FakeProject
from tools.layout import Layout
from tools.progress import Progress, Step


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def step(output: io.StringIO) -> Step:
    return Progress(1, output).step("Doing it")


@pytest.fixture
def project(tmp_path: Path) -> FakeProject:
    return FakeProject(tmp_path)

"""Getting uv from a package index without pip, from a small index on this machine."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tools.layout import Layout
from tools.problems import Problem
from tools.progress import Step
from tools.uv_tool import own_uv, uv_version
from tools.wheel_download import choose_wheel, download_uv, machine_tag


class Index:
    """The pages of a package index: one listing and one wheel."""

    def __init__(self) -> None:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr("uv-0.13.8.data/scripts/uv", "#!/bin/sh\necho uv 0.13.8\n")
        self.wheel = held.getvalue()
        self.checksum = hashlib.sha256(self.wheel).hexdigest()
        self.name = f"uv-0.13.8-py3-none-{'_1_1'.join(machine_tag())}.whl"

    def page(self, path: str) -> bytes:
        if path.endswith(".whl"):
            return self.wheel
        entry = {
            "filename": self.name,
            "url": f"../../files/{self.name}",
            "hashes": {"sha256": self.checksum},
        }
        return json.dumps({"files": [entry]}).encode()


@pytest.fixture
def index() -> Index:
    return Index()


@pytest.fixture
def environ(index: Index) -> Iterator[dict[str, str]]:
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(index.page(self.path))

        def log_message(self, *arguments: object) -> None:
            """Requests are nobody's business here."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield {"UV_DEFAULT_INDEX": f"http://127.0.0.1:{server.server_port}/simple"}
        server.shutdown()
        thread.join()


def test_the_program_is_taken_out_of_the_wheel(
    layout: Layout, step: Step, environ: dict[str, str]
) -> None:
    download_uv("0.13.8", own_uv(layout), environ, step)
    assert uv_version(str(own_uv(layout))) == (0, 13)


def test_a_wheel_with_another_checksum_is_refused(
    layout: Layout, step: Step, environ: dict[str, str], index: Index
) -> None:
    index.checksum = "0" * 64
    with pytest.raises(Problem, match="does not have the checksum"):
        download_uv("0.13.8", own_uv(layout), environ, step)
    assert not own_uv(layout).exists()


def test_a_version_that_the_index_lacks_is_a_problem(
    layout: Layout, step: Step, environ: dict[str, str]
) -> None:
    with pytest.raises(Problem, match=r"has no uv 0\.99\.0"):
        download_uv("0.99.0", own_uv(layout), environ, step)


def test_an_index_that_is_not_there_is_a_problem(layout: Layout, step: Step) -> None:
    with pytest.raises(Problem, match="cannot be fetched"):
        download_uv("0.13.8", own_uv(layout), {"UV_DEFAULT_INDEX": "http://127.0.0.1:9"}, step)


@pytest.mark.parametrize(
    ("system", "machine", "libc", "chosen"),
    [
        ("linux", "x86_64", "glibc", "manylinux_2_17_x86_64.manylinux2014_x86_64"),
        ("linux", "aarch64", "glibc", "manylinux_2_17_aarch64"),
        ("linux", "x86_64", "", "musllinux_1_1_x86_64"),
        ("darwin", "arm64", "", "macosx_11_0_arm64"),
        ("darwin", "x86_64", "", "macosx_10_12_x86_64"),
    ],
)
def test_the_wheel_fits_the_machine(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, libc: str, chosen: str
) -> None:
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("platform.libc_ver", lambda: (libc, ""))
    tags = [
        "macosx_10_12_x86_64",
        "macosx_11_0_arm64",
        "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
        "manylinux_2_17_x86_64.manylinux2014_x86_64",
        "musllinux_1_1_x86_64",
        "win_amd64",
    ]
    files = [{"filename": f"uv-0.13.8-py3-none-{tag}.whl"} for tag in tags]
    found = choose_wheel(files, "0.13.8")
    assert found is not None
    assert chosen in found["filename"]

"""Stand-ins for uv, Rasa and the services, and a project that is made of them."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FAKE_UV = f"""\
#!/bin/sh
case "$1" in
  --version) echo "uv 0.13.8 (stand-in)" ;;
  sync)
    echo "sync $PWD" >> "$UV_CALLS"
    mkdir -p .venv/bin
    ln -sf '{sys.executable}' .venv/bin/python ;;
esac
"""

FAKE_SERVER = """\
    import os, sys
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from urllib.parse import urlsplit

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    def serve(port):
        with open("started.txt", "a") as stream:
            stream.write(f"{os.path.basename(os.path.dirname(sys.argv[0]))} {os.getpid()}\\n")
        HTTPServer(("127.0.0.1", port), Page).serve_forever()
"""

FAKE_BOT = """\
    import sys
    from pathlib import Path

    if sys.argv[1] == "train":
        Path("models/aftercare.tar.gz").write_text("a model")
        Path("trainings.txt").open("a").write("trained\\n")
    else:
        from fake_server import serve
        serve(int(sys.argv[sys.argv.index("--port") + 1]))
"""

FAKE_ACTIONS = """\
    from fake_server import *

    serve(urlsplit(os.environ["AFTERCARE_ACTIONS_URL"]).port)
"""

FAKE_WEB = """\
    from fake_server import *

    serve(int(os.environ["AFTERCARE_PORT"]))
"""

FAKE_FIRST = """\
    from pathlib import Path

    made = Path("var/first-made")
    if not made.exists():
        made.write_text("")
        print("ajuda@marulho.example swordfish-in-the-morning")
"""


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def write_program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def write_module(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")


class FakeProject:
    """The real Makefile and tools/ in a folder where uv, Rasa and the services are stand-ins."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(
            ROOT / "tools", root / "tools", ignore=shutil.ignore_patterns("__pycache__")
        )
        shutil.copy(ROOT / "Makefile", root / "Makefile")
        for folder, version in ((root, "3.12"), (root / "bot", "3.10")):
            folder.mkdir(exist_ok=True)
            (folder / ".python-version").write_text(version + "\n")
            (folder / "pyproject.toml").write_text("[project]\n")
            (folder / "uv.lock").write_text("version = 1\n")
        for name in ("domain.yml", "config.yml", "catalogue/categories.yml", "data/nlu/greet.yml"):
            write_module(root, name, "version: '3.1'\n")
        write_module(root, "fake_server.py", FAKE_SERVER)
        write_module(root, "bot/__main__.py", FAKE_BOT)
        write_module(root, "actions/__main__.py", FAKE_ACTIONS)
        write_module(root, "web/__main__.py", FAKE_WEB)
        write_module(root, "aftercare/__init__.py", "")
        write_module(root, "aftercare/prepare.py", FAKE_FIRST)
        self.environ = {
            "HOME": str(root),
            "PATH": os.environ["PATH"],
            "UV": str(write_program(root / "fake-uv", FAKE_UV)),
            "UV_CALLS": str(root / "uv-calls.txt"),
            "AFTERCARE_PORT": str(free_port()),
            "AFTERCARE_BOT_URL": f"http://127.0.0.1:{free_port()}",
            "AFTERCARE_ACTIONS_URL": f"http://127.0.0.1:{free_port()}",
        }

    def lines(self, name: str) -> list[str]:
        path = self.root / name
        return path.read_text().splitlines() if path.exists() else []

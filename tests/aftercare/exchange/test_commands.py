"""`make import-csv` and `make export-data` as an operator sees them: the real programs."""

from __future__ import annotations

import csv
import io
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from aftercare.database import SessionFactory, reading, writing
from aftercare.exchange import __main__ as command
from aftercare.settings import PROJECT_ROOT, Settings
from aftercare.tables.base import Base
from aftercare.tables.catalogue import Product
from aftercare.tables.conversations import Customer
from aftercare.tables.exchange import DataTransfer, TransferKind
from aftercare.tables.ownership import OwnedProduct
from tests.factories import make_customer, make_staff, make_ticket


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def program(settings: Settings, stocked_sessions: SessionFactory) -> Run:
    """The program that the Makefile starts, on the test's own desk."""
    others = {
        name: value for name, value in os.environ.items() if not name.startswith("AFTERCARE_")
    }

    def run(*arguments: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "aftercare.exchange", *arguments],
            cwd=PROJECT_ROOT,
            env={**others, "AFTERCARE_VAR_DIR": str(settings.var_dir)},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def run(
    settings: Settings,
    stocked_sessions: SessionFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """The same without a process of its own, which takes a second each."""
    monkeypatch.setattr(command, "settings", lambda: settings)

    def run(*arguments: str) -> Done:
        code = command.main(list(arguments))
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], str]:
    def write(name: str, content: bytes) -> str:
        (tmp_path / name).write_bytes(content)
        return str(tmp_path / name)

    return write


def rows[Row: Base](sessions: SessionFactory, table: type[Row]) -> list[Row]:
    with reading(sessions) as session:
        return list(session.scalars(select(table)))


def count(sessions: SessionFactory, table: type[Base]) -> int:
    with reading(sessions) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.processes
def test_import_is_tried_out_then_taken_and_the_same_again_changes_nothing(
    program: Run,
    write: Callable[[str, bytes], str],
    stocked_sessions: SessionFactory,
    settings: Settings,
) -> None:
    file = write("people.csv", b"name,email\nEva,eva@mail.example\nRui,rui@mail.example\n")
    dry = program("import", "customers", file, "--dry-run")
    assert (dry.returncode, dry.stderr) == (0, "")
    assert "2 added, 0 changed, 0 unchanged. Nothing was written" in dry.stdout
    assert count(stocked_sessions, Customer) == 0
    assert list((settings.var_dir / "imports").iterdir()) == []
    done = program("import", "customers", file)
    assert "2 added, 0 changed, 0 unchanged. It is done." in done.stdout, done.stderr
    again = program("import", "customers", file)
    assert "0 added, 0 changed, 2 unchanged. It is done." in again.stdout
    assert count(stocked_sessions, Customer) == 2
    noted = rows(stocked_sessions, DataTransfer)[-1]
    assert (noted.file_name, noted.actor, noted.state) == ("people.csv", "Aftercare", "done")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le-mark", "utf-16-be-mark"]
)
def test_file_of_excel_in_portuguese_is_read_whatever_its_encoding(
    run: Run,
    write: Callable[[str, bytes], str],
    stocked_sessions: SessionFactory,
    encoding: str,
) -> None:
    text = (
        "produto;numero de serie;data da compra;data da entrega;loja;"
        "customer_nome;customer_email\r\n"
        "W900;W912345678;31/12/2025;2026-01-05;Loja São João;José Conceição;jose@mail.example\r\n"
        ";;;;;;\r\n"
        "\r\n"
    )
    marks = {"utf-16-le-mark": b"\xff\xfe", "utf-16-be-mark": b"\xfe\xff"}
    mark = marks.get(encoding, b"")
    content = mark + text.encode(encoding.removesuffix("-mark"))
    done = run("import", "sales", write("vendas.csv", content))
    assert "1 added, 0 changed, 0 unchanged. It is done." in done.stdout, done.stderr
    [owned] = rows(stocked_sessions, OwnedProduct)
    assert (owned.bought_on, owned.delivered_on) == (date(2025, 12, 31), date(2026, 1, 5))
    assert owned.seller == "Loja São João"
    assert [one.name for one in rows(stocked_sessions, Customer)] == ["José Conceição"]


def test_decimal_comma_and_point_are_the_same_price(
    run: Run, write: Callable[[str, bytes], str], stocked_sessions: SessionFactory
) -> None:
    text = (
        "modelo;nome;name;categoria;preco;moeda\n"
        "N 1;Um;One;washing_machine;1.299,90;BRL\n"
        "N 2;Dois;Two;washing_machine;1299.90;BRL\n"
    )
    done = run("import", "products", write("produtos.csv", text.encode()))
    assert "2 added" in done.stdout, done.stderr
    with reading(stocked_sessions) as session:
        prices = {session.get_one(Product, key).price_minor for key in ("n-1", "n-2")}
    assert prices == {129990}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"name,email,e-mail\nEva,eva@mail.example,x\n", "'email' is there twice"),
        (b"name,name,email\nEva,Eva,eva@mail.example\n", "'name' is there twice"),
        (b"email\neva@mail.example\n", "lacks the column 'name'"),
        (b"name,email,shoe size\nEva,eva@mail.example,38\n", "no column 'shoe size'"),
        (b"", "is empty"),
        (b"\n\n", "lacks the column 'name'"),
        (b"name,email\n\n,,\n", "no lines"),
        (b"\xff\xfename", "no column"),
        (b"PK\x03\x04\x14\x00\x00\x00", "no text"),
        (b"name,email\nEva,nobody\n", "line 2, email: is no e-mail address"),
        (b"name,email\nEva,eva@mail.example,x\n", "line 2, line: has more cells"),
        (b"name,email\n=cmd|' /C calc'!A0,e@mail.example\nx,,\n", "line 3, email: is empty"),
    ],
)
def test_wrong_file_is_refused_with_the_reason_and_nothing_of_it_is_taken(
    run: Run,
    write: Callable[[str, bytes], str],
    stocked_sessions: SessionFactory,
    content: bytes,
    reason: str,
) -> None:
    done = run("import", "customers", write("wrong.csv", content))
    assert done.returncode == 1
    assert reason in done.stderr and "Traceback" not in done.stderr
    assert done.stdout == ""
    assert count(stocked_sessions, Customer) == 0


def test_file_that_is_not_there_and_wrong_words_are_told(run: Run) -> None:
    missing = run("import", "customers", "/nowhere/people.csv")
    assert (missing.returncode, missing.stderr) == (
        1,
        "/nowhere/people.csv: No such file or directory\n",
    )
    for words in ([], ["import", "spaceships", "x.csv"], ["export"]):
        wrong = run(*words)
        assert wrong.returncode == 2 and "usage:" in wrong.stderr


@pytest.mark.processes
def test_export_writes_one_private_archive_without_formulas_and_notes_it(
    program: Run, stocked_sessions: SessionFactory, tmp_path: Path
) -> None:
    with writing(stocked_sessions) as session:
        make_staff(session)
        make_customer(session, name="=cmd|' /C calc'!A0", phone="+5511912345678")
        ticket = make_ticket(session).number
    folder = tmp_path / "safe" / "place"
    done = program("export", str(folder))
    assert done.returncode == 0, done.stderr
    [file] = folder.iterdir()
    assert f"Written to {file}" in done.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        customers = archive.read("customers.csv").decode("utf-8-sig")
        tickets = archive.read("tickets.csv").decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(customers, newline="")) for cell in row]
    assert "'=cmd|' /C calc'!A0" in cells and "'+5511912345678" in cells
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert ticket in tickets
    assert [one.kind for one in rows(stocked_sessions, DataTransfer)] == [TransferKind.EVERYTHING]


def test_exported_customers_come_in_again_as_they_were(
    run: Run, stocked_sessions: SessionFactory, tmp_path: Path
) -> None:
    with writing(stocked_sessions) as session:
        make_customer(session, name="=SUM(A1)", email="sum@mail.example", external_id="+7")
    run("export", str(tmp_path / "out"))
    [file] = (tmp_path / "out").iterdir()
    with zipfile.ZipFile(file) as archive:
        text = archive.read("customers.csv").decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    names = ("external_id", "name", "email", "phone", "language")
    back = io.StringIO(newline="")
    writer = csv.writer(back)
    writer.writerow(names)
    writer.writerows([row[name] for name in names] for row in table)
    (tmp_path / "back.csv").write_text(back.getvalue(), encoding="utf-8")
    done = run("import", "customers", str(tmp_path / "back.csv"))
    assert "0 added, 0 changed, 1 unchanged" in done.stdout, done.stderr


def test_export_that_cannot_be_written_leaves_nothing_behind(
    run: Run, stocked_sessions: SessionFactory, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file, no folder")
    done = run("export", str(tmp_path / "taken"))
    assert done.returncode == 1 and "taken" in done.stderr and "Traceback" not in done.stderr
    assert count(stocked_sessions, DataTransfer) == 0

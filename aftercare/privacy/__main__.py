"""The operator's commands: `make export-person`, `make erase-person`, `make retention`."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from aftercare.database import open_engine, open_sessions, reading
from aftercare.errors import FilesUnavailable, StorageUnavailable
from aftercare.privacy.erasure import ConversationInWork, erase_person
from aftercare.privacy.export import export_person, write_export
from aftercare.privacy.holdings import holdings_of
from aftercare.privacy.people import Person, find_people, stranger
from aftercare.privacy.receipts import REASONS, Receipt, StoreLine, hash_contact, newest_receipts
from aftercare.privacy.retention import Period, apply_periods
from aftercare.privacy.stores import Author, Stores, open_stores
from aftercare.settings import settings

USAGE = """\
usage: python -m aftercare.privacy export WHO [FILE]
       python -m aftercare.privacy erase WHO
       python -m aftercare.privacy retention [--dry-run]
WHO is an e-mail address, a phone number, a ticket's number, a website's id of a customer, or a
customer's number."""

#: More than the longest time that a turn may take before the gateway tries it again.
_PATIENCE_BEYOND_A_TURN = 10.0


_RECEIPTS_SHOWN = 5


def main(arguments: list[str]) -> int:
    # What is written belongs to its owner only.
    os.umask(0o077)
    chosen = settings()
    engine = open_engine(chosen)
    stores = open_stores(chosen, open_sessions(engine))
    try:
        match arguments:
            case ["export", who]:
                return _export(stores, who, _new_file(stores))
            case ["export", who, file]:
                return _export(stores, who, Path(file))
            case ["erase", who]:
                return _erase(stores, who)
            case ["retention"]:
                return _keep_periods(stores, dry_run=False)
            case ["retention", "--dry-run"]:
                return _keep_periods(stores, dry_run=True)
            case _:
                print(USAGE, file=sys.stderr)
                return 2
    except (StorageUnavailable, FilesUnavailable):
        print(
            "The database, the bot's record or the store of files cannot be reached or is locked. "
            "Nothing is half done that the same command would not finish: run it again.",
            file=sys.stderr,
        )
        return 1
    finally:
        engine.dispose()


def _export(stores: Stores, who: str, file: Path) -> int:
    person = _only_one(stores, who)
    if person is None:
        return 1
    if person.customer_id is None:
        print(
            "Nobody on file is known by this; somebody only typed it into a chat. Nobody proved "
            "that it was theirs, so nothing is handed out. It can be erased.",
            file=sys.stderr,
        )
        return 1
    if file.exists():
        print(f"{file} exists already. Name another file.", file=sys.stderr)
        return 1
    archive, receipt = export_person(stores, person, Author(), _now)
    write_export(file, archive)
    print(_shown(receipt))
    print(f"\nWritten to {file}. Make sure who asks, hand it over safely, then delete it.")
    return 0


def _erase(stores: Stores, who: str) -> int:
    person = _only_one(stores, who)
    if person is None:
        return 1
    patience = stores.settings.bot_timeout + _PATIENCE_BEYOND_A_TURN
    try:
        receipt = erase_person(stores, person, Author(), _now, patience=patience)
    except ConversationInWork:
        print(
            "The bot still works on a message of this person. Their chats are closed, nothing "
            "else was removed. Run the command again in a minute; with a stopped bot, start it.",
            file=sys.stderr,
        )
        return 1
    print(_shown(receipt))
    return 0


def _keep_periods(stores: Stores, *, dry_run: bool) -> int:
    periods = apply_periods(stores, _now(), dry_run=dry_run)
    print("due" if dry_run else "done", "kept for", "records", sep="\t")
    for period in periods:
        print(period.due, _kept_for(period), period.kind.replace("_", " "), sep="\t")
    return 0


def _kept_for(period: Period) -> str:
    return f"{period.days} days" if period.days else "ever"


def _only_one(stores: Stores, who: str) -> Person | None:
    """The person; None where there is nobody or more than one, which is said."""
    with reading(stores.sessions) as session:
        found = find_people(session, who)
        if not found:
            mentioned = stranger(who)
            if mentioned and holdings_of(session, mentioned):
                return mentioned
            _say_nobody(stores, who)
            return None
    if len(found) == 1:
        return found[0]
    print("More than one customer is known by this:", file=sys.stderr)
    for person in found:
        print(f"  customer {person.customer_id}: {person.known_as}", file=sys.stderr)
    print("Use an e-mail address or a customer's number.", file=sys.stderr)
    return None


def _say_nobody(stores: Stores, who: str) -> None:
    print(
        "Nobody is known by this, and it stands in no message. Give an e-mail address, a phone "
        "number, a ticket's number, a website's id of the customer, or the customer's number.",
        file=sys.stderr,
    )
    with reading(stores.sessions) as session:
        person_hash = hash_contact(who, stores.settings.private_secret)
        for receipt in newest_receipts(session, _RECEIPTS_SHOWN, person_hash):
            print(
                f"Receipt {receipt.number} of an {receipt.kind} of {receipt.at:%Y-%m-%d} is about "
                "this contact.",
                file=sys.stderr,
            )


def _shown(receipt: Receipt) -> str:
    """The receipt as a table, and the reasons under it."""
    rows = [("store", "found", "handed out", "removed", "anonymised", "kept")]
    rows += [_row(line) for line in receipt.lines]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    table = [
        row[0].ljust(widths[0])
        + "".join(cell.rjust(width + 2) for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
    why = [
        f"{line.store.replace('_', ' ')}: {REASONS[line.why]['en']}"
        for line in receipt.lines
        if line.why
    ]
    title = f"Receipt {receipt.number}: {receipt.kind}, {receipt.at:%Y-%m-%d %H:%M} UTC"
    return "\n".join([title, "", *table, "", *why])


def _row(line: StoreLine) -> tuple[str, str, str, str, str, str]:
    return (
        line.store.replace("_", " "),
        str(line.found),
        str(line.handed_out),
        str(line.removed),
        str(line.anonymised),
        str(line.kept),
    )


def _new_file(stores: Stores) -> Path:
    # Without the person's name: listings of folders are seen by others.
    return stores.exports / f"export-{_now():%Y%m%d-%H%M%S}.zip"


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Makes Python ready for Rasa: no warnings about what cannot be mended here, the import guard.

Rasa is imported after this, never before.
"""

from __future__ import annotations

import os
import warnings

from bot import import_guard


def prepare() -> None:
    """Once per process, before the first import of Rasa; a second call does nothing more."""
    # Rasa's libraries of 2022 warn about their own future on every start.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", message=".*SQLAlchemy 2.0.*")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    import_guard.install()

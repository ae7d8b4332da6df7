"""Where things are in the project's folder. Looks nothing up and makes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The places that setting up and starting need, all below one root."""

    root: Path

    @property
    def service_python(self) -> Path:
        return self.root / ".venv" / "bin" / "python"

    @property
    def bot_folder(self) -> Path:
        return self.root / "bot"

    @property
    def bot_python(self) -> Path:
        return self.bot_folder / ".venv" / "bin" / "python"

    @property
    def tools_folder(self) -> Path:
        """Programs fetched for this project only, such as uv."""
        return self.root / ".tools"

    @property
    def bytecode(self) -> Path:
        """What Python has compiled of its packages and of ours."""
        return self.tools_folder / "bytecode"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def settings_file(self) -> Path:
        return self.root / "var" / "settings.env"

    @property
    def logs(self) -> Path:
        return self.root / "var" / "log"

    def shown(self, path: Path) -> str:
        """The path as it is told to people: relative to the root where that is possible."""
        try:
            return str(path.relative_to(self.root))
        except ValueError:
            return str(path)

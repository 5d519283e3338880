"""What the program remembers between runs: a JSON file in the platform's place for settings."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

from model.errors import UserError
from model.files import replacing

log = logging.getLogger(__name__)

APP_NAME = "smis-studio"
MAX_RECENT = 12
LIMITS = {"threads": (0, 64), "cache_mb": (0, 65536), "history_mb": (16, 16384), "autosave_seconds": (10, 3600)}
"""What numbers may be set to."""


def config_folder() -> Path:
    """Folder of the settings; SMIS_CONFIG_DIR overrides the platform's place."""
    named = os.environ.get("SMIS_CONFIG_DIR")
    return Path(named) if named else Path(platformdirs.user_config_dir(APP_NAME, appauthor=False))


def state_folder() -> Path:
    """Folder of recovery files; SMIS_CONFIG_DIR overrides the platform's place."""
    named = os.environ.get("SMIS_CONFIG_DIR")
    return Path(named) if named else Path(platformdirs.user_state_dir(APP_NAME, appauthor=False))


def cache_folder() -> Path:
    """Folder of what can be made again; SMIS_CONFIG_DIR overrides the platform's place."""
    named = os.environ.get("SMIS_CONFIG_DIR")
    return Path(named) if named else Path(platformdirs.user_cache_dir(APP_NAME, appauthor=False))


@dataclass
class Settings:
    """All settings with their defaults. Unknown or mistyped values in the file are ignored.

    `threads` that a picture is computed with and `cache_mb` of the renderer: 0 leaves it to the program.
    """

    theme: str = "system"
    language: str = "system"
    bundle: str = ""
    device: str = "auto"
    precision: str = "auto"
    threads: int = 0
    cache_mb: int = 0
    history_mb: int = 256
    autosave_seconds: int = 60
    view_mode: str = "side"
    overlay_opacity: float = 0.45
    brush_size: int = 16
    pressure_size: bool = True
    tolerance: int = 24
    rulers: bool = False
    tour_done: bool = False
    export_folder: str = ""
    export_format: str = ".png"
    export_layers_format: str = ".ora"
    export_quality: int = 95
    open_folder: str = ""
    recent: list[str] = field(default_factory=list)
    shortcuts: dict[str, str] = field(default_factory=dict)
    class_colors: dict[str, str] = field(default_factory=dict)
    geometry: str = ""
    layout: str = ""

    def __post_init__(self) -> None:
        # What the file said last, as far as this window knows.
        self._known: dict[str, Any] = {}

    def add_recent(self, path: Path) -> None:
        """Put a file at the head of the recent files."""
        name = str(path.resolve())
        self.recent = [name, *(other for other in self.recent if other != name)][:MAX_RECENT]

    def reset(self) -> None:
        """Back to the defaults, keeping only the list of recent files."""
        for entry in fields(self):
            if entry.name != "recent":
                setattr(self, entry.name, getattr(_defaults(), entry.name))

    def save(self) -> None:
        """Write what was changed here; the rest stays as the file has it, which another window may have written.

        A settings file that cannot be written is no reason to stop working.
        """
        own = asdict(self)
        changed = {name: value for name, value in own.items() if name not in self._known or self._known[name] != value}
        try:
            config_folder().mkdir(parents=True, exist_ok=True)
            with replacing(settings_path()) as temporary:
                temporary.write_text(json.dumps({**own, **_read_file(), **changed}, indent=1), encoding="utf-8")
            self._known = own
        except (UserError, OSError) as error:
            log.warning("settings were not saved: %s", error)


def load_settings() -> Settings:
    """Read the file; what is missing or wrong in it takes its default."""
    settings = Settings()
    data = _read_file()
    for entry in fields(settings):
        value, default = data.get(entry.name), getattr(settings, entry.name)
        if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is type(default):
            setattr(settings, entry.name, value)
    for name, (low, high) in LIMITS.items():
        setattr(settings, name, min(high, max(low, getattr(settings, name))))
    settings.recent = [entry for entry in settings.recent if isinstance(entry, str)]
    settings._known = asdict(settings)
    return settings


def _read_file() -> dict[str, Any]:
    """What the file holds; nothing where there is none, or it is damaged."""
    try:
        data = json.loads(settings_path().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _defaults() -> Settings:
    return Settings()


def settings_path() -> Path:
    """The file that settings are kept in."""
    return config_folder() / "settings.json"

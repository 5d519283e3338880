"""The model card as Markdown, from the card fields of a bundle."""

from __future__ import annotations

from typing import Any


def card_text(name: str, card: dict[str, Any]) -> str:
    """MODEL_CARD.md: one section per field; mappings become tables, lists bullets, anything else a paragraph."""
    parts = [f"# {name}"]
    for title, value in card.items():
        heading = title.replace("_", " ")
        parts.append(f"## {heading[:1].upper()}{heading[1:]}")
        parts.append(_section(value))
    return "\n\n".join(parts) + "\n"


def _section(value: Any) -> str:
    if isinstance(value, dict):
        rows = "\n".join(f"| {key} | {_cell(item)} |" for key, item in value.items())
        return f"| | |\n|---|---|\n{rows}"
    if isinstance(value, (list, tuple)):
        return "\n".join(f"- {item}" for item in value)
    return str(value)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_cell(item) for item in value)
    return str(value).replace("|", "\\|").replace("\n", " ")

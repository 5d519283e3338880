"""Collect the texts of the editor for translators, and compile what they wrote.

    python scripts/translations.py            (make translations)

Every text that goes through Qt's translation functions in app/, and every sentence of an error that the window can show
(UserError and Phrase of model.errors, in app/ and model/), is written to assets/translations/smis_<language>.ts, where
it can be translated with Qt Linguist or a text editor; translations that are there already are kept, texts that are no
longer in the program are dropped. Then lrelease of PySide6 makes the .qm files that the editor loads.

The texts are read off the syntax tree: lupdate knows neither the short names that tables of texts use for
QT_TRANSLATE_NOOP, nor texts joined from several literals.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "assets" / "translations"
LANGUAGES = ("de",)
COMMAND_LINE = (
    "app/cli/",
    "model/training/",
    "model/evaluation/",
    "model/backbones.py",
    "model/checkpoints/official.py",
    "model/styles/adjusting.py",
    "model/engine/folder.py",
    "model/engine/bench_inputs.py",
)

Texts = dict[tuple[str, str], str]
"""In which file each (context, source text) is said first."""


class _Collector(ast.NodeVisitor):
    """Finds the texts of one file."""

    def __init__(self, name: str, aliases: dict[str, str], found: Texts) -> None:
        self.name, self.aliases, self.found = name, aliases, found
        self.classes: list[str] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.classes.append(node.name)
        self.generic_visit(node)
        self.classes.pop()

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        function = node.func
        called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        texts = [str(ast.literal_eval(argument)) for argument in node.args if _is_text(argument)]
        if called in ("translate", "QT_TRANSLATE_NOOP") and len(texts) >= 2:
            self._add(texts[0], texts[1])
        elif called in ("UserError", "Phrase") and texts:
            self._add("Errors", texts[0])
        elif called == "tr" and texts:
            if not self.classes:
                raise SystemExit(f"{self.name}:{node.lineno}: tr() outside of a class has no context of its own")
            self._add(self.classes[-1], texts[0])
        elif called in self.aliases and texts:
            self._add(self.aliases[called], texts[0])

    def _add(self, context: str, text: str) -> None:
        self.found.setdefault((context, text), self.name)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Functions of a module that do nothing but hand their text to Qt with a context of their own."""
    found = {}
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef) or len(function.args.args) != 1:
            continue
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and len(call.args) == 2 and _is_text(call.args[0]):
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                given = call.args[1]
                same = isinstance(given, ast.Name) and given.id == function.args.args[0].arg
                if name in ("translate", "QT_TRANSLATE_NOOP") and same:
                    found[function.name] = str(ast.literal_eval(call.args[0]))
    return found


def sources() -> list[Path]:
    """The files whose texts a window can show; those of the command line alone stay English."""
    return [
        path
        for folder in ("app", "model")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not path.relative_to(ROOT).as_posix().startswith(COMMAND_LINE)
    ]


def collect() -> Texts:
    """Every text of the program that can be translated."""
    found: Texts = {}
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        _Collector(path.relative_to(ROOT).as_posix(), _aliases(tree), found).visit(tree)
    return found


def read_translations(path: Path) -> dict[tuple[str, str], str]:
    """The finished translations of a .ts file; none where it does not exist."""
    if not path.exists():
        return {}
    found = {}
    for context in ElementTree.parse(path).getroot().iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is not None and translation.get("type") is None and translation.text:
                found[name, message.findtext("source") or ""] = translation.text
    return found


def write_translations(path: Path, language: str, texts: Texts, known: dict[tuple[str, str], str]) -> int:
    """Write a .ts file; returns how many texts have no translation yet."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    missing = 0
    for context in sorted({context for context, _ in texts}):
        element = ElementTree.SubElement(root, "context")
        ElementTree.SubElement(element, "name").text = context
        for (owner, text), place in texts.items():
            if owner != context:
                continue
            message = ElementTree.SubElement(element, "message")
            # Without line numbers, which change with every edit of the program.
            ElementTree.SubElement(message, "location", filename=f"../../{place}")
            ElementTree.SubElement(message, "source").text = text
            translation = ElementTree.SubElement(message, "translation")
            if (context, text) in known:
                translation.text = known[context, text]
            else:
                translation.set("type", "unfinished")
                missing += 1
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")
    return missing


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    texts = collect()
    for language in LANGUAGES:
        path = FOLDER / f"smis_{language}.ts"
        missing = write_translations(path, language, texts, read_translations(path))
        release = Path(sys.executable).with_name("pyside6-lrelease")
        subprocess.run([release, "-silent", path, "-qm", path.with_suffix(".qm")], check=True)
        print(f"{path.relative_to(ROOT)}: {len(texts)} texts, {missing} not translated yet")
    return 0


if __name__ == "__main__":
    sys.exit(main())

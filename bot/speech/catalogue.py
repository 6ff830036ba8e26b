"""The catalogues: keys, their texts by variant, their plurals. Read once, checked while reading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.yaml_text import Loader

VARIANTS = ("text", "plain", "sms", "telegram", "web")
CATEGORIES = ("zero", "one", "two", "few", "many", "other")
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
REFERENCE = "fr"
_KEY = re.compile(r"[a-z][a-z0-9_-]*(\.[A-Za-z0-9][A-Za-z0-9_-]*)*")
_FILE = re.compile(r"(?:(?P<part>[a-z0-9_-]+)\.)?(?P<language>[a-z]{2})\.yml")


class CatalogueError(ValueError):
    """A catalogue that cannot be read as one: names the file and the key."""


@dataclass(frozen=True)
class Plural:
    """One text for each plural category of the language, chosen by the number named `on`."""

    forms: Mapping[str, str]
    on: str


Text = str | Plural


@dataclass(frozen=True)
class Entry:
    """What a key says: its text and, where they differ, the texts for a channel or for plain wording."""

    variants: Mapping[str, Text]

    def choose(self, channel: str, plain: bool) -> Text:
        """The variant for this channel; the plain one comes first for those who asked for it."""
        for name in ("plain", channel) if plain else (channel,):
            if name in self.variants:
                return self.variants[name]
        return self.variants["text"]

    def placeholders(self) -> frozenset[str]:
        """Names of the values that any variant uses."""
        return frozenset().union(*(placeholders(text) for text in self.variants.values()))


@dataclass(frozen=True)
class Catalogue:
    """All the entries of one language, from all of its files."""

    language: str
    entries: Mapping[str, Entry]
    about: Mapping[str, Mapping[str, Any]]
    """What each file says of itself (`_about`), by file name."""
    parts: Mapping[str, str]
    """The part each key comes from (`codes` in `codes.fr.yml`), empty for `fr.yml`."""


def texts(text: Text) -> Iterator[tuple[str | None, str]]:
    """The strings of a text with their plural category (None when there is only one)."""
    if isinstance(text, str):
        yield None, text
    else:
        yield from text.forms.items()


def placeholders(text: Text) -> frozenset[str]:
    """Names of the values a text uses, the number its plural is chosen by included."""
    used = {name for _, string in texts(text) for name in PLACEHOLDER.findall(string)}
    return frozenset(used | ({text.on} if isinstance(text, Plural) else set()))


def load(folder: Path) -> dict[str, Catalogue]:
    """All catalogues of a folder, by language: `<language>.yml` and `<part>.<language>.yml` merged.

    Raises `CatalogueError` for a key given twice, a text that is none, or a file without `_about`.
    """
    entries: dict[str, dict[str, Entry]] = {}
    about: dict[str, dict[str, Mapping[str, Any]]] = {}
    parts: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*.yml")):
        named = _FILE.fullmatch(path.name)
        if named is None:
            raise CatalogueError(f"{path.name}: not named <language>.yml or <part>.<language>.yml")
        language = named["language"]
        content = read(path)
        about.setdefault(language, {})[path.name] = _about(path.name, language, content.pop("_about", None))
        known = entries.setdefault(language, {})
        for key, value in content.items():
            if key in known:
                raise CatalogueError(f"{path.name}: {key} is already given in another file")
            known[key] = entry(f"{path.name}: {key}", key, value)
            parts.setdefault(language, {})[key] = named["part"] or ""
    return {
        language: Catalogue(language, known, about[language], parts.get(language, {}))
        for language, known in entries.items()
    }


def read(path: Path) -> dict[str, Any]:
    """One file as a mapping; a key given twice in it is an error, which YAML itself lets pass."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except yaml.YAMLError as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    if not isinstance(content, dict):
        raise CatalogueError(f"{path.name}: not a mapping of keys")
    return content


def entry(where: str, key: object, value: object) -> Entry:
    """One key's entry. Raises `CatalogueError`, beginning with `where`."""
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise CatalogueError(f"{where}: a key is lower-case words joined by dots")
    if isinstance(value, str):
        return Entry({"text": _string(where, value)})
    if not isinstance(value, dict):
        raise CatalogueError(f"{where}: neither a text, variants nor a plural")
    if "other" in value:
        return Entry({"text": _plural(where, value)})
    unknown = set(value) - set(VARIANTS)
    if unknown or "text" not in value:
        raise CatalogueError(f"{where}: variants are {', '.join(VARIANTS)}, and text is required")
    return Entry(
        {
            name: _plural(where, text) if isinstance(text, dict) else _string(where, text)
            for name, text in value.items()
        }
    )


def _plural(where: str, value: Mapping[str, Any]) -> Plural:
    forms = {name: text for name, text in value.items() if name != "on"}
    on = value.get("on", "count")
    if "other" not in forms or set(forms) - set(CATEGORIES) or not isinstance(on, str):
        raise CatalogueError(f"{where}: plural forms are {', '.join(CATEGORIES)} and on; other is required")
    return Plural({name: _string(where, text) for name, text in forms.items()}, on)


def _string(where: str, text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise CatalogueError(f"{where}: an empty text or none")
    if "{" in PLACEHOLDER.sub("", text) or "}" in PLACEHOLDER.sub("", text):
        raise CatalogueError(f"{where}: a brace that is not part of a {{placeholder}}")
    return text


def _about(where: str, language: str, about: object) -> Mapping[str, Any]:
    if not isinstance(about, dict) or about.get("language") != language:
        raise CatalogueError(f"{where}: _about is missing or names another language")
    return about


class _Loader(Loader):
    """Refuses a mapping in which a key comes twice, and reads `on`, `no` and `yes` as the words they are."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping; raises `yaml.YAMLError` for a key given twice."""
        seen: set[Any] = set()
        for name, _ in node.value:
            key = self.construct_object(name, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key} is given twice", name.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not (tag.endswith(":bool") and first in "yYnNoO")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

"""What tells one run from another: its settings, and the content of the files that they name, not where these lie.

The settings of a run are nested mappings. Under "files" they have a hash of the content of each file or folder that a
setting names, by the setting's dotted name: such a path may change, its content may not.
"""

from collections.abc import Mapping


def identity(settings: Mapping) -> dict[str, object]:
    """Dotted name of each setting -> its value, without the paths whose content is known."""
    files = settings.get("files")
    content = dict(files) if isinstance(files, Mapping) else {}
    flat = _flat({name: value for name, value in settings.items() if name != "files"})
    named = {name: value for name, value in flat.items() if name not in content}
    if not isinstance(files, Mapping) and files is not None:  # of an earlier version: one hash of all
        named["files"] = files
    return named | {f"content of {name}": value for name, value in content.items()}


def differences(earlier: Mapping, now: Mapping) -> list[str]:
    """What differs between the settings of two runs, each with both values, sorted by name."""
    one, other = identity(earlier), identity(now)
    paths = _flat(earlier), _flat(now)
    changed = {name for name in {*one, *other} if one.get(name, _flat) != other.get(name, _flat)}
    found = []
    for name in sorted(changed):
        setting = name.removeprefix("content of ")
        if name == setting and f"content of {name}" in changed:
            continue  # a file here, a name there: told once
        then, here = (side.get(setting, "nothing") for side in paths)
        if name != setting and then == here:
            found.append(f"{setting} ({_shown(here)}: its content has changed)")
        elif name != setting and name in one and name in other:
            found.append(f"{setting} ({_shown(then)} then, {_shown(here)} now: their contents differ)")
        else:
            found.append(f"{setting} ({_shown(then)} then, {_shown(here)} now)")
    return found


def gone(earlier: Mapping, now: Mapping) -> list[str]:
    """Paths of which a run knows the content and that are not there any more, where nothing else differs; else none."""
    files = earlier.get("files")
    if not isinstance(files, Mapping) or not isinstance(now.get("files"), Mapping):
        return []
    paths, lost = _flat(now), sorted({*files} - {*now["files"]})
    found = [paths.get(name) for name in lost]
    if not lost or found != [_flat(earlier).get(name) for name in lost]:
        return []
    again = {**now, "files": {**now["files"], **{name: files[name] for name in lost}}}
    return [] if identity(again) != identity(earlier) else [_shown(path) for path in found]


def _flat(settings: Mapping, prefix: str = "") -> dict[str, object]:
    found = {}
    for name, value in settings.items():
        dotted = f"{prefix}{name}"
        found |= _flat(value, f"{dotted}.") if isinstance(value, Mapping) and name != "files" else {dotted: value}
    return found


def _shown(value: object) -> str:
    words = value if isinstance(value, list | tuple) else [value]
    return " ".join(map(str, words)) or "none"

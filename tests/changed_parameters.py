"""The default parameters with some values replaced."""

from pathlib import Path

import yaml

DEFAULT = Path("params.yaml").read_text()


def changed(**changes: object) -> str:
    """Return the default parameters with some values replaced; `section__key` refers to a key in a section."""
    params = yaml.safe_load(DEFAULT)
    for place, value in changes.items():
        *sections, key = place.split("__")
        target = params[sections[0]] if sections else params
        target[key] = value
    return yaml.safe_dump(params)

"""Reads what starts the arena elsewhere, validates it, and prints it as JSON.

    check.py compose FILE...       Compose files, the later over the earlier, variables of the environment put in
    check.py kubernetes < YAML     objects, each valid by the strict schemas of an old and of a new Kubernetes
"""

import json
import os
import re
import sys

import yaml

# The oldest that is still maintained somewhere, and the newest there is.
KUBERNETES = ["1.31", "1.37"]
VARIABLE = re.compile(r"\$\{(\w+)(?:(:?[-?])([^}]*))?\}")


def interpolated(text):
    """As Compose does: ${NAME}, ${NAME:-default}, ${NAME:?message}."""

    def value(match):
        name, how, rest = match.groups()
        found = os.environ.get(name, "")
        if found or how is None:
            return found
        if how.endswith("?"):
            sys.exit(f"{name} {rest}")
        return rest

    # A comment names variables without meaning them.
    lines = text.splitlines(keepends=True)
    return "".join(line if line.lstrip().startswith("#") else VARIABLE.sub(value, line) for line in lines)


def merged(under, over):
    """Mappings are joined, lists and values replaced, but for lists of volumes and the like, which grow."""
    both = dict(under)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(both.get(key), dict):
            both[key] = merged(both[key], value)
        elif isinstance(value, list) and isinstance(both.get(key), list) and key not in ("command", "entrypoint"):
            both[key] = both[key] + value
        else:
            both[key] = value
    return both


def compose(paths):
    from compose_spec import PyCompose

    whole = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            one = yaml.safe_load(interpolated(file.read()))
        try:
            # Anchors and merges are YAML's; what they come to is Compose's.
            PyCompose.from_json(json.dumps(one))
        except Exception as error:
            sys.exit(f"{path}: {error}")
        whole = merged(whole, one)
    return whole


def kubernetes(text):
    import kubernetes_validate

    objects = [one for one in yaml.safe_load_all(text) if one]
    for one in objects:
        for version in KUBERNETES:
            try:
                kubernetes_validate.validate(one, version, strict=True)
            except Exception as error:
                sys.exit(f"{one.get('kind')} {one.get('metadata', {}).get('name')}, Kubernetes {version}: {error}")
    return objects


def main():
    what, *rest = sys.argv[1:]
    print(json.dumps(compose(rest) if what == "compose" else kubernetes(sys.stdin.read())))


if __name__ == "__main__":
    main()

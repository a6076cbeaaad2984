"""The published schema of the organization API: loads it, applies its overlay, validates responses."""

import copy
import re
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator


class Schema:
    """Validates response bodies by the path they came from."""

    def __init__(self, path):
        self.document = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        overlay = Path(str(path).removesuffix(".yaml") + ".overlay.yaml")
        self.has_overlay = overlay.exists()
        if self.has_overlay:
            for action in yaml.safe_load(overlay.read_text(encoding="utf-8"))["actions"]:
                apply(self.document, action["target"], action["update"])
        self.templates = [(template, pattern(template)) for template in self.document["paths"]]
        self.validators = {}

    def template(self, path):
        """The templated path of a request's path, most literal first; None where the schema has none."""
        found = [template for template, regex in self.templates if regex.fullmatch(path)]
        return min(found, key=lambda template: template.count("{")) if found else None

    def errors(self, path, status, body):
        """Where a body leaves the schema, as texts."""
        template = self.template(path)
        if template is None:
            return [f"{path} is not in the schema"] if status == 200 else []
        if status == 200:
            schema = self.document["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        else:
            schema = {"$ref": "#/components/schemas/ErrorResponse"}
        key = (template, status == 200)
        if key not in self.validators:
            self.validators[key] = Draft202012Validator({**schema, "components": self.document["components"]})
        found = [f"{error.json_path}: {error.message[:200]}" for error in self.validators[key].iter_errors(body)]
        return found + (self.undocumented(body) if status == 200 else [])

    def undocumented(self, body):
        """Fields of objects that no schema of that `object` has."""
        known = {}
        for schema in self.document["components"]["schemas"].values():
            names = schema.get("properties", {}).get("object", {}).get("enum", [])
            for name in names:
                known.setdefault(name, set()).update(schema["properties"])
        found = set()

        def visit(value, parent):
            if isinstance(value, list):
                for element in value:
                    visit(element, parent)
            elif isinstance(value, dict):
                name = value.get("object")
                # Nested users have an `object` too, and their own inline schemas.
                if isinstance(name, str) and name in known and parent not in ("owner", "user"):
                    found.update(f"{name}.{field} is in no schema" for field in set(value) - known[name])
                for key, element in value.items():
                    visit(element, key)

        visit(body, None)
        return sorted(found)


def pattern(template):
    return re.compile("/v1" + re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(template)))


STEP = re.compile(r"\['(?P<quoted>[^']+)'\]|\[\?@\.name=='(?P<name>[^']+)'\]|\.(?P<plain>[A-Za-z0-9_]+)")


def apply(document, target, update):
    """One action of an OpenAPI Overlay; of JSONPath, the forms that such overlays are written in."""
    node = document
    position = 1
    while position < len(target):
        step = STEP.match(target, position)
        if step is None:
            raise ValueError(f"overlay target not understood: {target}")
        position = step.end()
        if step["name"]:
            node = next(element for element in node if element["name"] == step["name"])
        else:
            node = node[step["quoted"] or step["plain"]]
    if isinstance(node, list):
        node.append(copy.deepcopy(update))
    else:
        merge(node, update)


def merge(node, update):
    for key, value in update.items():
        if isinstance(value, dict) and isinstance(node.get(key), dict):
            merge(node[key], value)
        elif isinstance(value, list) and isinstance(node.get(key), list):
            node[key].extend(copy.deepcopy(value))
        else:
            node[key] = copy.deepcopy(value)

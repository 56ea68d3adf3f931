"""A dashboard: rows of panels, the variables that all of them have, and links to its siblings."""

import json

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24
# Of all dashboards, in the order in which they are read.
BOARDS = [("tournament", "Tournament"), ("workers", "Workers"), ("sandbox", "Sandbox"), ("coordinator", "Coordinator")]


class Board:
    """Collects panels and places them from left to right, row by row."""

    def __init__(self, name, about, metrics):
        """`metrics` are those whose jobs and instances the variables offer."""
        self.name, self.about = name, about
        self.metrics = "|".join(metrics)
        self.panels = []
        self.top = self.left = self.deep = 0

    def row(self, question):
        """Begins a part that answers this question."""
        self._wrap()
        place = {"x": 0, "y": self.top, "w": WIDTH, "h": 1}
        self._add({"type": "row", "title": question, "collapsed": False, "panels": []}, place)
        self.top += 1

    def add(self, *panels):
        """Places panels after each other."""
        for panel in panels:
            size = panel["gridPos"]
            if self.left + size["w"] > WIDTH:
                self._wrap()
            self._add(panel, {"x": self.left, "y": self.top, **size})
            self.left += size["w"]
            self.deep = max(self.deep, size["h"])

    def _add(self, panel, place):
        self.panels.append({"id": len(self.panels) + 1, **panel, "gridPos": place})

    def _wrap(self):
        self.top += self.deep
        self.left = self.deep = 0

    def json(self):
        """The file that Grafana reads."""
        whole = {
            "id": None,
            "uid": f"arena-{self.name}",
            "title": f"Arena / {dict(BOARDS)[self.name]}",
            "description": self.about,
            "tags": ["arena"],
            "schemaVersion": 39,
            "version": 1,
            "editable": True,
            "graphTooltip": 1,
            "timezone": "browser",
            "time": {"from": "now-1h", "to": "now"},
            "refresh": "15s",
            "annotations": {"list": []},
            "links": [link(*other) for other in BOARDS if other[0] != self.name],
            "templating": {"list": [self.source(), self.variable("job", ""), self.variable("instance", ', job=~"$job"')]},
            "panels": self.panels,
        }
        return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"

    def source(self):
        """Which Prometheus is asked."""
        return {
            "name": "datasource",
            "label": "Prometheus",
            "type": "datasource",
            "query": "prometheus",
            "refresh": 1,
            "includeAll": False,
            "multi": False,
        }

    def variable(self, label, scope):
        """A choice between the values of a label."""
        asked = f'label_values({{__name__=~"{self.metrics}"{scope}}}, {label})'
        return {
            "name": label,
            "label": label,
            "type": "query",
            "datasource": SOURCE,
            "definition": asked,
            "query": {"query": asked, "refId": f"variable-{label}"},
            "refresh": 2,
            "sort": 1,
            "includeAll": True,
            "multi": True,
            "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
            # All jobs are those that are offered, as others have metrics of the same name; instances are too many
            # to be named one by one.
            **({"allValue": ".+"} if label == "instance" else {}),
        }


def link(name, title):
    """A link to another dashboard, with the same Prometheus and the same time."""
    return {
        "type": "link",
        "title": title,
        "icon": "dashboard",
        "url": f"/d/arena-{name}?var-datasource=${{datasource}}",
        "keepTime": True,
        "includeVars": False,
        "targetBlank": False,
        "asDropdown": False,
        "tags": [],
        "tooltip": "",
    }

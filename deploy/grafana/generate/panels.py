"""What panels are made of, as Grafana reads them.

A query is PromQL in which `{@}` or `{@, label="value"}` stands for the two variables that every query
has: `{job=~"$job", instance=~"$instance"}`.
"""

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
SCOPE = '{job=~"$job", instance=~"$instance"'
GREEN, ORANGE, RED = "green", "orange", "red"


def query(expression, legend="", **more):
    """One query; its letter is given by the panel."""
    return {"datasource": SOURCE, "expr": expression.replace("{@", SCOPE), "legendFormat": legend or "__auto", **more}


def now(expression, legend=""):
    """A query for the last value alone."""
    return query(expression, legend, instant=True, range=False)


def panel(kind, title, unit, shows, bad, queries, width, height, options, custom=None, **defaults):
    """A panel. `shows` says what is seen, `bad` what to do when it looks bad."""
    targets = [{"refId": chr(ord("A") + at), **one} for at, one in enumerate(queries)]
    return {
        "type": kind,
        "title": title,
        "description": f"{shows}\n\n**When it looks bad:** {bad}",
        "datasource": SOURCE,
        "gridPos": {"w": width, "h": height},
        "fieldConfig": {
            "defaults": {"unit": unit, "custom": custom or {}, **defaults},
            "overrides": [],
        },
        "options": options,
        "targets": targets,
    }


def steps(first, *others):
    """Thresholds: the first colour from the bottom, each other from its value on."""
    rest = [{"color": color, "value": value} for value, color in others]
    return {"mode": "absolute", "steps": [{"color": first, "value": None}, *rest]}


def stat(title, unit, expression, shows, bad, width=4, legend="", text="value", thresholds=None, names=None, **defaults):
    """One number, large. `names` gives numbers a word and a colour."""
    options = {
        "colorMode": "value",
        "graphMode": "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "textMode": text,
        "wideLayout": True,
    }
    words = {str(value): {"text": word, "color": color, "index": at} for at, (value, word, color) in enumerate(names or [])}
    mappings = [{"type": "value", "options": words}] if words else []
    thresholds = thresholds or steps(GREEN)
    queries = [now(expression, legend)]
    return panel("stat", title, unit, shows, bad, queries, width, 4, options, thresholds=thresholds, mappings=mappings, **defaults)


def gauge(title, unit, expression, shows, bad, width=4):
    """A share, from 0 to 1, as a dial."""
    options = {
        "orientation": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "showThresholdLabels": False,
        "showThresholdMarkers": False,
    }
    return panel("gauge", title, unit, shows, bad, [now(expression)], width, 4, options, min=0, max=1, thresholds=steps("blue"))


def lines(title, unit, queries, shows, bad, width=12, height=8, stack=False, limit=None, **defaults):
    """Values over time; stacked where their sum means something; with a dashed line at a limit."""
    custom = {
        "drawStyle": "line",
        "fillOpacity": 30 if stack else 5,
        "lineWidth": 1,
        "showPoints": "auto",
        "spanNulls": False,
        "stacking": {"group": "A", "mode": "normal" if stack else "none"},
        "thresholdsStyle": {"mode": "dashed" if limit is not None else "off"},
    }
    options = {
        "legend": {"calcs": ["lastNotNull", "max"], "displayMode": "table", "placement": "right", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    thresholds = steps("transparent", (limit, RED)) if limit is not None else steps(GREEN)
    defaults = {"min": 0, "thresholds": thresholds, **defaults}
    return panel("timeseries", title, unit, shows, bad, queries, width, height, options, custom, **defaults)


def bars(title, unit, queries, shows, bad, width=12, height=8, thresholds=None):
    """Values side by side, the last of each."""
    options = {
        "displayMode": "basic",
        "minVizHeight": 16,
        "namePlacement": "auto",
        "orientation": "horizontal",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "showUnfilled": True,
        "valueMode": "color",
    }
    thresholds = thresholds or steps("blue")
    return panel("bargauge", title, unit, shows, bad, queries, width, height, options, min=0, thresholds=thresholds)


def heat(title, unit, histogram, shows, bad, width=12, height=8):
    """How the values of a histogram are spread, over time."""
    buckets = query(f"sum by (le) (increase({histogram}_bucket{{@}}[$__rate_interval]))", "{{le}}", format="heatmap")
    options = {
        "calculate": False,
        "cellGap": 1,
        "color": {"exponent": 0.5, "fill": "dark-orange", "mode": "scheme", "reverse": False, "scheme": "Oranges", "steps": 64},
        "filterValues": {"le": 1e-9},
        "legend": {"show": True},
        "rowsFrame": {"layout": "auto"},
        "showValue": "never",
        "tooltip": {"mode": "single", "yHistogram": False},
        "yAxis": {"axisPlacement": "left", "reverse": False, "unit": unit},
    }
    made = panel("heatmap", title, unit, shows, bad, [buckets], width, height, options)
    # Few and wide cells: a tournament that lasts minutes fills them as well.
    return {**made, "maxDataPoints": 60}


def table(title, unit, keys, columns, shows, bad, width=24, height=8, units=None):
    """Rows by labels; `columns` are pairs of a heading and a query, and the first one sorts the rows.

    Several queries are joined by the first label, which all of them have; the others belong to the first query.
    """
    queries = [{**now(expression), "format": "table"} for _, expression in columns]
    is_joined = len(columns) > 1
    values = {f"Value #{chr(ord('A') + at)}" if is_joined else "Value": heading for at, (heading, _) in enumerate(columns)}
    made = panel("table", title, unit, shows, bad, queries, width, height, {"showHeader": True, "cellHeight": "sm"})
    made["options"]["sortBy"] = [{"displayName": columns[0][0], "desc": False}]
    for heading, other in (units or {}).items():
        change = {"id": "unit", "value": other}
        made["fieldConfig"]["overrides"].append({"matcher": {"id": "byName", "options": heading}, "properties": [change]})
    join = {"id": "joinByField", "options": {"byField": keys[0], "mode": "outer"}}
    made["transformations"] = [
        *([join] if is_joined else []),
        {"id": "filterFieldsByName", "options": {"include": {"names": [*keys, *values]}}},
        {"id": "organize", "options": {"excludeByName": {}, "indexByName": {}, "renameByName": values}},
    ]
    return made


def quantiles(histogram, by="", legend="", shares=(0.5, 0.99)):
    """One line for each quantile of a histogram."""
    groups = ", ".join(label for label in [by, "le"] if label)
    inner = f"sum by ({groups}) (rate({histogram}_bucket{{@}}[$__rate_interval]))"
    return [query(f"histogram_quantile({share}, {inner})", f"p{share * 100:g} {legend}".rstrip()) for share in shares]


def per_second(counter, by, legend=None, scope="{@}"):
    """What a counter counts, per second and by a label."""
    return query(f"sum by ({by}) (rate({counter}{scope}[$__rate_interval]))", legend or f"{{{{{by}}}}}")

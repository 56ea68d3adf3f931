"""Lists the matches that a store has results of, in JSON, again for every line that names a store;
one that is not there has none."""

import json
import sqlite3
import sys

for path in sys.stdin:
    try:
        store = sqlite3.connect(f"file:{path.strip()}?mode=ro", uri=True, timeout=30)
        matches = [row[0] for row in store.execute("SELECT match_id FROM results")]
        store.close()
    except sqlite3.OperationalError:
        matches = []
    print(json.dumps(matches), flush=True)

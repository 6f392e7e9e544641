#!/bin/sh
# Has the rows of a file verified by the software that reads such hashes, and writes `hashes.json` if all are as they
# should be. See README.md. Run it in this folder.
set -eu
rows=$1
by_python=$(python3 check.py "$rows")
by_php=$(php check.php "$rows")
python3 - "$rows" "$by_python, $by_php" > hashes.json.new <<'PYTHON'
import json, sys
rows = json.load(open(sys.argv[1]))
lines = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in rows)
print('{\n  "verified_by": %s,\n  "rows": [\n%s\n  ]\n}' % (json.dumps(sys.argv[2]), lines))
PYTHON
mv hashes.json.new hashes.json

"""What JavaScript makes of some data, under Node."""

import json
import shutil
import subprocess

import pytest


def under_node(script, data, folder):
    """What `run(data)` of a script returns; numbers that JSON does not know come back as None."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    path = folder / "script.js"
    path.write_text(
        f'{script}\nconst data=JSON.parse(require("fs").readFileSync(0));console.log(JSON.stringify(run(data)));',
        "utf-8",
    )
    done = subprocess.run([node, path], input=json.dumps(data), capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)

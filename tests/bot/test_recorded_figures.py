"""The trained model understands real customers' messages as well as it was recorded to.

`docs/benchmarks/nlu-recorded.json` holds the macro F1 of each development file. After a change that
makes the model better, write the new figures there; a worse model fails here.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.bot.components import ROOT

RECORDED = json.loads((ROOT / "docs" / "benchmarks" / "nlu-recorded.json").read_text())
EVALUATION = ROOT.parent / "shared" / "eval"
#: One message more or less of a rare label moves a macro F1 by one or two points.
TOLERATED_LOSS = 0.02


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_macro_f1_has_not_fallen(name: str) -> None:
    messages = EVALUATION / name
    if not messages.is_file():
        pytest.skip(f"no development messages at {messages}: nothing to measure the model on")
    done = subprocess.run(
        [sys.executable, "-m", "bot.evaluate_nlu", str(messages)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    macro_f1 = json.loads(done.stdout)["macro_f1"]
    assert macro_f1 >= RECORDED[name] - TOLERATED_LOSS

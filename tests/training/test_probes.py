"""Any number may ask at once whether a run lives: the answer is true, and nobody is disturbed by it."""

import subprocess
import sys

from medrnn.training.runs import locks, processes
from medrnn.training.runs.begin import claim
from tests.conftest import ROOT

READERS, PROBES = 8, 400
_READ = """
import sys
from medrnn.training.runs.processes import list_runs
seen = {"dead": set(), "live": set()}
for _ in range(int(sys.argv[1])):
    for run in list_runs():
        if run.id in seen:
            seen[run.id].add(run.state)
print({name: sorted(states) for name, states in seen.items()})
"""


def test_eight_readers_at_once_see_the_dead_as_dead_and_the_living_as_living(config, runs):
    with claim(runs / "dead", config):
        pass
    with claim(runs / "live", config):
        words = [sys.executable, "-c", _READ, str(PROBES)]
        readers = [
            subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(READERS)
        ]
        begun = 0
        while any(reader.poll() is None for reader in readers):
            with claim(runs / f"new-{begun}", config) as run:  # nobody who asks keeps a run from beginning
                assert locks.is_held(run.path / "lock")
            processes.delete_run(f"new-{begun}")
            begun += 1
        answers = [reader.communicate()[0].strip() for reader in readers]
    assert set(answers) == {str({"dead": ["died"], "live": ["starting"]})}
    assert begun > READERS

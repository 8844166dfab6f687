"""What OpenMP reads once, as torch is loaded, so that it has to be said before.

On busy cores a thread that spins while it waits takes the time of the one that it waits for.
"""

import os

CALM = {"OMP_WAIT_POLICY": "PASSIVE"}  # of a process that trains; what somebody has set otherwise stays


def sleep_while_waiting() -> None:
    """Let the threads of this process sleep while they wait for each other; torch must not be loaded yet."""
    for name, value in CALM.items():
        os.environ.setdefault(name, value)

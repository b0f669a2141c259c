"""Plays every scenario of faults and load, and prints its figures. Run by `make test-faults`.

`--only TEXT` plays those whose names hold a text, `--short` the short ones, `--list` names them all. The exit code is not 0
if something did not hold; the last line says how much did.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from contextlib import ExitStack

from tools.faults.bench import Bench
from tools.faults.processes import Miss
from tools.faults.scenario import Scenario, scenarios


def chosen() -> list[Scenario]:
    """Return the scenarios that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tools.faults", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", metavar="TEXT", help="those whose names hold a text")
    parser.add_argument("--short", action="store_true", help="the short ones")
    parser.add_argument("--list", action="store_true", help="name them and play none")
    said = parser.parse_args()
    found = [one for one in scenarios() if said.only.lower() in one.name.lower() and (one.is_short or not said.short)]
    if said.list:
        print("\n".join(one.name for one in found))
        raise SystemExit(0)
    if not found:
        raise SystemExit(f"no scenario has {said.only!r} in its name")
    return found


def main() -> int:
    """Play scenarios one after another; return 1 if one of them was missed."""
    # Told to stop, it ends what it has started.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    found, passed = chosen(), 0
    with ExitStack() as stack:
        shared: list[Bench] = []

        def bench() -> Bench:
            if not shared:
                shared.append(stack.enter_context(Bench()))
            return shared[0]

        for one in found:
            start = time.monotonic()
            try:
                said, is_passed = one.run(bench), True
            except Miss as error:
                said, is_passed = str(error), False
            except Exception as error:  # whatever else goes wrong is a miss as well, and the others are still played
                said, is_passed = repr(error), False
            passed += is_passed
            seconds = time.monotonic() - start
            print(f"{'passed' if is_passed else 'MISSED'}  {one.name} ({seconds:.0f} s)\n    {said}", flush=True)
    print(f"passed {passed} of {len(found)}")
    return int(passed < len(found))


if __name__ == "__main__":
    raise SystemExit(main())

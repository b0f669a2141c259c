"""Makes a client with every generator and calls the service with each. Run by `make clients`.

Arguments: names of generators, or parts of them; without any all are run and docs/clients.md is written anew.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from tools.clients import kits, page, running
from tools.clients.machine import Miss, version
from tools.clients.table import GENERATORS, Generator


def passed(generator: Generator, address: str) -> int:
    """Return how many of the steps a generator passed, and print what became of it."""
    print(f"{generator.name} {version(generator.pins, generator.package)}: ", end="", flush=True)
    steps: tuple[Callable[[], None], ...] = (
        lambda: kits.generate(generator),
        lambda: kits.compile_client(generator),
        lambda: kits.call(generator, address),
        lambda: kits.untyped(generator),
        lambda: kits.files(generator),
    )
    done = 0
    try:
        kits.install(generator)
        for name, step in zip(page.STEPS, steps, strict=True):
            step()
            print(f"{name}, " if done < len(steps) - 1 else name, end="", flush=True)
            done += 1
        print()
    except (Miss, OSError, ValueError) as error:
        print(f"MISSED\n{error}")
    return done


def main(names: list[str]) -> int:
    """Run the generators; the last line says how many passed."""
    chosen = [one for one in GENERATORS if not names or any(name in one.name for name in names)]
    if not chosen:
        print(f"There is no generator by that name; there are {', '.join(one.name for one in GENERATORS)}.")
        return 2
    with running.service() as address:
        running.ask_everything(address)
        found = [(generator, passed(generator, address)) for generator in chosen]
    if not names:
        page.write(found)
    good = [generator.name for generator, steps in found if steps == len(page.STEPS)]
    print(f"passed {len(good)} of {len(found)}: {', '.join(good)}")
    return int(len(good) < len(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

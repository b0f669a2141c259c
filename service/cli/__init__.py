"""The command line: `python -m service assess FILE --format csv` answers a case without a server, in the same bytes."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec

from service import __version__
from service.assessment import assess, versions_of
from service.cli.pdf import printed
from service.contract.decoding import decode
from service.larder import tokens
from service.larder.load import load
from service.larder.prices import PriceList
from service.nouns.answer.assessment import Assessment
from service.nouns.faults import Faulty, Refusal
from service.nouns.request.assessment import AssessmentRequest
from service.nouns.request.query import CashFlowQuery
from service.renderings import cash_flow, memo, whole, workbook

FORMS: Mapping[str, Callable[[AssessmentRequest, Assessment, CashFlowQuery], bytes]] = MappingProxyType({
    "csv": lambda _, answer, query: cash_flow.render(answer, query),
    "xlsx": lambda asked, answer, _: workbook.render(asked, answer),
    "html": lambda asked, answer, _: memo.render(asked, answer),
    "pdf": lambda asked, answer, _: printed(memo.render(asked, answer)),
})  # fmt: skip
"""The forms of an answer beside JSON."""

FAULTY = 2
"""Exit status where the case is refused."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m service", description="Without a command: serve.")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("assess", help="assess one case without a server, in the bytes that the server sends")
    one.add_argument("file", help="a request as JSON; - reads it from standard input")
    one.add_argument("--format", choices=("json", *FORMS), default="json", help="form of the answer (json)")
    one.add_argument("--shape", choices=("wide", "long"), help="of a CSV (wide)")
    one.add_argument("--columns", choices=("plain", "focus"), help="of a CSV (plain)")
    one.add_argument("--output", metavar="PATH", help="write the answer there; standard output where absent")
    return parser


def answered(body: bytes, form: str, query: CashFlowQuery, today: datetime.date) -> bytes:
    """Return the answer to a request as JSON or in another form.

    Raises
    ------
    Faulty
        Naming every fault of the request.
    """
    asked = decode(body, AssessmentRequest)
    if form != "json":
        asked = whole(asked)
    catalogue = load()
    prices, as_of = PriceList(catalogue.identifiers), asked.as_of or today
    versions = versions_of(asked, catalogue, prices, as_of, __version__)
    answer = assess(asked, catalogue, prices, tokens.counter(catalogue.identifiers), as_of, versions)
    return answer if form == "json" else FORMS[form](asked, msgspec.json.decode(answer, type=Assessment), query)


def main(arguments: Sequence[str], today: datetime.date) -> int:
    """Do what a command says, and return the exit status."""
    parser = _parser()
    said = parser.parse_args(arguments)
    if said.format != "csv" and (said.shape or said.columns):
        parser.error("--shape and --columns are of a CSV: add --format csv")
    try:
        body = sys.stdin.buffer.read() if said.file == "-" else Path(said.file).read_bytes()
        answer = answered(body, said.format, CashFlowQuery(shape=said.shape, columns=said.columns), today)
        if said.output:
            Path(said.output).write_bytes(answer)
        else:
            sys.stdout.buffer.write(answer)
    except Faulty as error:
        for fault in error.faults:
            print(
                f"{fault.pointer or '/'}: {fault.message} Received: {fault.received}. Expected: {fault.expected}.",
                file=sys.stderr,
            )
        return FAULTY
    except Refusal as error:
        print(f"{type(error).__doc__}", file=sys.stderr)
        return FAULTY
    except OSError as error:
        print(error, file=sys.stderr)
        return FAULTY
    return 0

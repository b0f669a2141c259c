"""What is done with a generator's client, language by language: install, generate, compile, call."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tools.clients import machine
from tools.clients.machine import BUILD, PACKAGES, ROOT, Miss, run
from tools.clients.table import Generator, Kit

CALLERS = Path(__file__).parent / "callers"
DOCUMENT = ROOT / "openapi" / "openapi.json"
REQUESTS = BUILD / "requests"
SENT = ("example", "everything", "misspelt")

TSCONFIG = {
    "compilerOptions": {
        "strict": True,
        "noEmit": True,
        "skipLibCheck": True,
        "target": "es2022",
        "module": "esnext",
        "moduleResolution": "bundler",
        "lib": ["es2022", "dom", "dom.iterable"],
        "types": ["node"],
    },
    "include": ["*.ts", "generated/**/*.ts"],
}
ANNOTATIONS = ("/usr/share/java", "jakarta-annotation-api*.jar", "libjakarta-annotation-api-java")
REFUSES_NUMBERS = "!= reflect.Struct {\n\t\treturn ErrUnsupported"
VALIDATOR = ("/usr/share/gocode/src/gopkg.in", "validator.v2", "golang-gopkg-validator.v2-dev")


class Steps(NamedTuple):
    """What is done in one language; each step raises a miss where it does not succeed."""

    install: Callable[[Generator], None]
    compile: Callable[[Generator], None]
    call: Callable[[Generator, str], None]


def place(generator: Generator) -> Path:
    """Return the folder of a generator's client."""
    return BUILD / re.sub(r"[^a-z0-9]+", "-", generator.name.lower()).strip("-")


def answers(generator: Generator) -> Path:
    """Return the folder of the answers as a generator's client encodes them again."""
    return place(generator) / "answers"


def path_of(generator: Generator) -> dict[str, str]:
    """Return the environment in which a generator's commands are found."""
    folders = [machine.node(), machine.modules()] if generator.kit == "typescript" else []
    if generator.pins != PACKAGES:
        folders.append(machine.venv(generator.pins))
    return {"PATH": os.pathsep.join([*map(str, folders), os.environ["PATH"]])}


def arguments(generator: Generator, address: str) -> list[str]:
    """Return what a caller is given."""
    return [address, str(REQUESTS), str(answers(generator))]


def install(generator: Generator) -> None:
    """Install the generator and what its client is compiled and run with."""
    if generator.package == "openapi-generator-cli":
        machine.command("javac", "default-jdk-headless")
    if generator.pins != PACKAGES:
        machine.venv(generator.pins)
    STEPS[generator.kit].install(generator)


def generate(generator: Generator) -> None:
    """Generate the client into an empty folder."""
    folder = place(generator)
    shutil.rmtree(folder, ignore_errors=True)
    answers(generator).mkdir(parents=True)
    said = generator.command.format(document=DOCUMENT, client=generator.client)
    (folder / "generate.log").write_text(run(["sh", "-ec", said], folder, path_of(generator)))
    if left_out := _left_out(generator):
        raise Miss(f"operations or types are left out, see {folder / 'generate.log'}: {', '.join(left_out)}")


def _left_out(generator: Generator) -> list[str]:
    """Return the operations, or of a generator of types the components, whose names are nowhere in the client."""
    document = json.loads(DOCUMENT.read_text())
    operations = {way["operationId"] for path in document["paths"].values() for way in path.values()}
    expected = operations - {*generator.leaves_out} if generator.has_calls else set(document["components"]["schemas"])
    made = [path for path in place(generator).rglob("*") if path.suffix in (".py", ".ts", ".java", ".go")]
    text = "\n".join(f"{path.name}\n{path.read_text()}" for path in made).replace("_", "").lower()
    return sorted(name for name in expected if name.lower() not in text)


def compile_client(generator: Generator) -> None:
    """Compile or type-check the client and its caller."""
    STEPS[generator.kit].compile(generator)


def call(generator: Generator, address: str) -> None:
    """Call the service with the client."""
    STEPS[generator.kit].call(generator, address)


def _python_environment(generator: Generator) -> dict[str, str]:
    reach = f"{ROOT}{os.pathsep}{place(generator)}"
    return {**path_of(generator), "PYTHONPATH": reach, "MYPYPATH": reach}


def _python_compile(generator: Generator) -> None:
    python = machine.venv(generator.pins) / "python"
    mypy = [str(python), "-m", "mypy", "--config-file=", f"--cache-dir={place(generator) / '.mypy_cache'}"]
    callers = ["-m", f"tools.clients.callers.{generator.caller}", "-m", "tools.clients.callers.checks"]
    environment = _python_environment(generator)
    if generator.is_strict:
        run([*mypy, "--strict", "-p", "generated", *callers], BUILD, environment)
    else:
        run([*mypy, "-p", "generated"], BUILD, environment)
        run([*mypy, "--strict", "--follow-imports=silent", *callers], BUILD, environment)


def _python_call(generator: Generator, address: str) -> None:
    python = machine.venv(generator.pins) / "python"
    module = f"tools.clients.callers.{generator.caller}"
    run([str(python), "-m", module, *arguments(generator, address)], BUILD, _python_environment(generator))


def _typescript_install(_generator: Generator) -> None:
    machine.modules()


def _typescript_compile(generator: Generator) -> None:
    folder = place(generator)
    for name in (f"{generator.caller}.ts", "report.ts"):
        shutil.copy(CALLERS / name, folder)
    lines = [generator.request_type]
    for name in SENT:
        said = generator.request.format(json=(REQUESTS / f"{name}.json").read_text())
        lines.append(f"export const {name}: AssessmentRequest = {said};")
    (folder / "requests.ts").write_text("\n".join(lines))
    (folder / "tsconfig.json").write_text(json.dumps(TSCONFIG))
    run(["tsc", "--project", "."], folder, path_of(generator))


def _typescript_call(generator: Generator, address: str) -> None:
    folder, reach = place(generator), path_of(generator)
    source = f"{generator.caller}.ts"
    run(["esbuild", source, "--bundle", "--platform=node", "--format=cjs", "--outfile=caller.cjs"], folder, reach)
    run(["node", "caller.cjs", *arguments(generator, address)], folder, reach)
    run(["node", str(CALLERS / "untyped.mjs"), source, *arguments(generator, address)[1:]], folder, reach)


def _java_path(generator: Generator) -> str:
    (jar,) = machine.packages_of(generator.pins).glob("openapi_generator_cli/*.jar")
    return os.pathsep.join([str(jar), str(machine.file(*ANNOTATIONS)), str(place(generator) / "classes")])


def _java_install(generator: Generator) -> None:
    machine.file(*ANNOTATIONS)


def _java_compile(generator: Generator) -> None:
    folder, reach = place(generator), _java_path(generator)
    sources = folder / "sources.txt"
    sources.write_text("\n".join(str(path) for path in sorted((folder / "generated/src/main/java").rglob("*.java"))))
    javac = ["javac", "-encoding", "UTF-8", "-proc:none", "-d", "classes", "-cp", reach]
    run([*javac, "-nowarn", f"@{sources}"], folder, {})
    run([*javac, "-Xlint:all,-path", "-Werror", str(CALLERS / generator.caller)], folder, {})


def _java_call(generator: Generator, address: str) -> None:
    name = generator.caller.removesuffix(".java")
    run(["java", "-cp", _java_path(generator), name, *arguments(generator, address)], place(generator), {})


def _go_environment() -> dict[str, str]:
    folders = {name: str(BUILD / "go" / name.lower()) for name in ("GOCACHE", "GOPATH")}
    path = f"{machine.venv('go')}{os.pathsep}{os.environ['PATH']}"
    fixed = {"GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GO111MODULE": "on", "GOWORK": "off"}
    return {"PATH": path, **folders, **fixed}


def _go_install(_generator: Generator) -> None:
    machine.venv("go")
    machine.file(*VALIDATOR)


def _go_compile(generator: Generator) -> None:
    folder = place(generator)
    validator, caller = folder / "validator", folder / "caller"
    shutil.copytree(machine.file(*VALIDATOR), validator)
    (validator / "go.mod").write_text("module gopkg.in/validator.v2\n")
    # The distribution's version of 2016 fails on a value that is no struct; v2.0.1, which a user gets, lets it pass.
    source = validator / "validator.go"
    source.write_text(source.read_text().replace(REFUSES_NUMBERS, REFUSES_NUMBERS.replace("ErrUnsupported", "nil")))
    caller.mkdir()
    shutil.copy(CALLERS / generator.caller, caller / "main.go")
    (caller / "go.mod").write_text(
        "module caller\n\ngo 1.23\n\nrequire (\n\texample.org/prompt-or-tune/client v0.0.0\n"
        "\tgopkg.in/validator.v2 v2.0.1\n)\n\n"
        "replace example.org/prompt-or-tune/client => ../generated\n\nreplace gopkg.in/validator.v2 => ../validator\n"
    )
    run(["go", "vet", ".", "example.org/prompt-or-tune/client"], caller, _go_environment())
    run(["go", "build", "-o", "caller", "."], caller, _go_environment())


def _go_call(generator: Generator, address: str) -> None:
    run([str(place(generator) / "caller" / "caller"), *arguments(generator, address)], place(generator), {})


def untyped(generator: Generator) -> None:
    """Refuse a client whose answers have no type somewhere, or lose something on the way."""
    faults: list[str] = json.loads((answers(generator) / "untyped.json").read_text())
    for name in sorted(path.stem for path in (REQUESTS / "raw").glob("*.json")):
        raw, said = (
            json.loads((folder / f"{name}.json").read_text()) for folder in (REQUESTS / "raw", answers(generator))
        )
        if name == "problem":
            # The name of a request is its own.
            raw["request_id"] = said.get("request_id")
        faults += unlike(raw, said, name)
    if faults:
        raise Miss(
            "\n".join(faults[: machine.LINES_SHOWN]) + f"\n{len(faults)} places without a type or with another value"
        )


def files(generator: Generator) -> None:
    """Refuse a client that gives a file otherwise than it is sent."""
    raw = [path for path in (REQUESTS / "raw").iterdir() if path.suffix != ".json"]
    altered = [path.name for path in raw if (answers(generator) / path.name).read_bytes() != path.read_bytes()]
    if altered:
        raise Miss(f"not what is sent: {', '.join(altered)}")


def unlike(raw: object, said: object, where: str) -> list[str]:
    """Return the places where two JSON values differ; 1 and 1.0 do not."""
    if isinstance(raw, Mapping) and isinstance(said, Mapping):
        names = [*raw, *(name for name in said if name not in raw)]
        missing = object()
        return [
            fault
            for name in names
            for fault in unlike(raw.get(name, missing), said.get(name, missing), f"{where}/{name}")
        ]
    if isinstance(raw, list) and isinstance(said, list) and len(raw) == len(said):
        pairs = enumerate(zip(raw, said, strict=True))
        return [fault for index, (part, other) in pairs for fault in unlike(part, other, f"{where}/{index}")]
    if raw == said and isinstance(raw, bool) == isinstance(said, bool):
        return []
    return [f"{where}: {said!r} instead of {raw!r}"]


def _nothing_more(_generator: Generator) -> None:
    """A Python client is checked and run in the environment of its generator."""


STEPS: Mapping[Kit, Steps] = MappingProxyType({
    "python": Steps(_nothing_more, _python_compile, _python_call),
    "typescript": Steps(_typescript_install, _typescript_compile, _typescript_call),
    "java": Steps(_java_install, _java_compile, _java_call),
    "go": Steps(_go_install, _go_compile, _go_call),
})  # fmt: skip

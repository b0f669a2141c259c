"""The generators, one entry each. The command of an entry is what is run and what docs/clients.md shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tools.clients.machine import PACKAGES

Kit = Literal["python", "typescript", "java", "go"]
AS_LITERAL = "{json}"


@dataclass(frozen=True, kw_only=True)
class Generator:
    """A generator: where it comes from, its command, and the program that calls the service with its client."""

    name: str
    package: str
    pins: str
    kit: Kit
    language: str
    command: str
    """With {document}, and {client} for the folder or file that it writes."""
    caller: str
    client: str = "generated"
    is_strict: bool = True
    """Whether the generated code itself passes the strictest check of its language; the caller always must."""
    has_calls: bool = True
    """Whether it makes operations, not only types."""
    has_files: bool = True
    """Whether its operations give a file as its language has one."""
    leaves_out: tuple[str, ...] = ()
    """Operations that it is known to leave out."""
    request_type: str = ""
    """TypeScript: the line that brings AssessmentRequest into reach."""
    request: str = AS_LITERAL
    """TypeScript: how a request is made from JSON."""
    remarks: str = ""


OPENAPI_GENERATOR = "openapi-generator-cli generate -i {document} -o {client} "

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OCTETS = (
    "echo 'content_type_overrides: {{text/csv: application/octet-stream, text/html: application/octet-stream, "
    f"{XLSX}: application/octet-stream}}}}' > files.yaml\n"
)

GENERATORS = (
    Generator(
        name="openapi-python-client",
        package="openapi-python-client",
        pins="openapi-python-client",
        kit="python",
        language="Python (httpx, attrs)",
        command=OCTETS
        + "openapi-python-client generate --path {document} --output-path {client} --meta none --overwrite --config files.yaml",
        caller="openapi_python_client",
        remarks="A problem is returned, not raised: tell it from the answer by its type. Without `content_type_overrides` it leaves a workbook out "
        "of the answers and fails on CSV and HTML.",
    ),
    Generator(
        name="openapi-generator python",
        package="openapi-generator-cli",
        pins="openapi-generator",
        kit="python",
        language="Python (urllib3, pydantic)",
        command=OPENAPI_GENERATOR + "-g python --package-name generated",
        caller="openapi_generator_python",
        client=".",
        is_strict=False,
        remarks="Passes mypy, but not `mypy --strict`: its templates leave out types inside methods. An estimate is "
        "wrapped: `VolumeEstimate(VolumeRange(low=…, high=…))`. The exception's `data` is the problem.",
    ),
    Generator(
        name="datamodel-code-generator pydantic",
        package="datamodel-code-generator",
        pins="datamodel-code-generator",
        kit="python",
        language="Python (pydantic v2)",
        command="datamodel-codegen --input {document} --input-file-type openapi --output {client} "
        "--output-model-type pydantic_v2.BaseModel --use-annotated --formatters builtin",
        caller="datamodel_code_generator_pydantic",
        client="generated.py",
        has_calls=False,
        has_files=False,
        remarks="Types only; the calls are made with httpx, those for files too. Without `--use-annotated` mypy refuses the limits.",
    ),
    Generator(
        name="datamodel-code-generator msgspec",
        package="datamodel-code-generator",
        pins="datamodel-code-generator",
        kit="python",
        language="Python (msgspec)",
        command="datamodel-codegen --input {document} --input-file-type openapi --output {client} "
        "--output-model-type msgspec.Struct --formatters builtin",
        caller="datamodel_code_generator_msgspec",
        client="generated.py",
        has_calls=False,
        has_files=False,
        remarks="Types only; the calls are made with httpx, those for files too.",
    ),
    Generator(
        name="clientele",
        package="clientele",
        pins="clientele",
        kit="python",
        language="Python (httpx, pydantic)",
        command="clientele start-api --file {document} --output {client}",
        caller="clientele",
        has_files=False,
        remarks="Demands every field of an object that has optional fields only, so such objects are put together with "
        "`model_construct`; its functions have no types of their own, so the answer's type is asked for. Its own operations fail on a file, for which they expect an object: write "
        "the function yourself, with a `response_parser` that returns the content (`tools/clients/callers/clientele.py`).",
    ),
    Generator(
        name="openapi-typescript",
        package="openapi-typescript",
        pins=PACKAGES,
        kit="typescript",
        language="TypeScript (openapi-fetch)",
        command="openapi-typescript {document} --output {client}",
        caller="openapi_typescript",
        client="generated/schema.ts",
        request_type='import type { components } from "./generated/schema";\n'
        'type AssessmentRequest = components["schemas"]["AssessmentRequest"];',
        remarks='Types; openapi-fetch calls with them. A file is asked for with `parseAs: "blob"`, which makes its type a Blob; without, it is '
        "taken for JSON.",
    ),
    Generator(
        name="@hey-api/openapi-ts",
        package="@hey-api/openapi-ts",
        pins=PACKAGES,
        kit="typescript",
        language="TypeScript (fetch)",
        command="openapi-ts --input {document} --output {client} --client @hey-api/client-fetch",
        caller="hey_api",
        request_type='import type { AssessmentRequest } from "./generated";',
        remarks='Needs Node 22 or newer. CSV and HTML are asked for with `parseAs: "blob"`; without, they come as text, whatever their type says.',
    ),
    Generator(
        name="orval",
        package="orval",
        pins=PACKAGES,
        kit="typescript",
        language="TypeScript (fetch)",
        command="orval --input {document} --output {client} --client fetch",
        caller="orval",
        client="generated/client.ts",
        request_type='import type { AssessmentRequest } from "./generated/client";',
        remarks="Needs Node 22 or newer. Its paths are relative: outside a page of the same host set `baseUrl` in a "
        "configuration file, or put the host in front in a `fetch` of your own. A problem in place of a file is a Blob, "
        "whatever its type says.",
    ),
    Generator(
        name="openapi-generator typescript-fetch",
        package="openapi-generator-cli",
        pins="openapi-generator",
        kit="typescript",
        language="TypeScript (fetch)",
        command=OPENAPI_GENERATOR + "-g typescript-fetch",
        caller="openapi_generator_typescript_fetch",
        request_type='import { AssessmentRequestFromJSON, type AssessmentRequest } from "./generated";',
        request="AssessmentRequestFromJSON({json})",
        remarks="Names become camelCase (`function`, a word of the language, `_function`) and dates `Date`. A problem comes as `ResponseError`: decode its body with "
        "`ProblemFromJSON`.",
    ),
    Generator(
        name="openapi-generator typescript-axios",
        package="openapi-generator-cli",
        pins="openapi-generator",
        kit="typescript",
        language="TypeScript (axios)",
        command=OPENAPI_GENERATOR + "-g typescript-axios",
        caller="openapi_generator_typescript_axios",
        request_type='import type { AssessmentRequest } from "./generated";',
        remarks='A problem comes as an AxiosError: `isAxiosError<Problem>(error)`. A file is asked for with `{ responseType: "blob" }`, outside '
        'a browser with `adapter: "fetch"` too; a problem in its place then is a Blob.',
    ),
    Generator(
        name="swagger-typescript-api",
        package="swagger-typescript-api",
        pins=PACKAGES,
        kit="typescript",
        language="TypeScript (fetch)",
        command="swagger-typescript-api generate --path {document} --output generated --name client.ts",
        caller="swagger_typescript_api",
        request_type='import type { AssessmentRequest } from "./generated/client";',
        remarks='A problem is thrown as the response; its `error` is the problem. A file is asked for with `{ format: "blob" }`; a problem in '
        "its place then is a Blob.",
    ),
    Generator(
        name="openapi-generator java",
        package="openapi-generator-cli",
        pins="openapi-generator",
        kit="java",
        language="Java 17 (native)",
        command=OPENAPI_GENERATOR + "-g java --library native "
        "--additional-properties openApiNullable=false,useJakartaEe=true,containerDefaultToNull=true",
        caller="Caller.java",
        remarks="Without `containerDefaultToNull=true` a list that is absent becomes an empty one. Sends no API key by itself: set it with `setRequestInterceptor`. A problem is the text of the "
        "exception's body: decode it with the client's own ObjectMapper. A file comes as a temporary one.",
    ),
    Generator(
        name="openapi-generator go",
        package="openapi-generator-cli",
        pins="openapi-generator",
        kit="go",
        language="Go",
        command=OPENAPI_GENERATOR
        + "-g go --package-name generated --git-host example.org --git-user-id prompt-or-tune "
        "--git-repo-id client --additional-properties disallowAdditionalPropertiesIfNotPresent=false",
        caller="caller.go",
        remarks="Without `disallowAdditionalPropertiesIfNotPresent=false` it refuses an answer with a new field. The "
        "error's `Model()` is the problem. Runs here with the distribution's validator.v2 of 2016, which is taught to "
        "accept a number in an estimate, as v2.0.1 does. A file comes as a temporary one.",
    ),
)

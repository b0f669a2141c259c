"""The manifests fit Kubernetes' schemas and our policies, and each policy finds the fault that was made for it."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from regopy import Interpreter

from service import __version__
from service.__main__ import stop_seconds
from service.http.keys import Keys
from service.settings import Settings, check_is_guarded, read_settings
from service.store import Shared
from service.store.embedded import Embedded

Json = dict[str, Any]

K8S = Path(__file__).parent.parent.parent / "k8s"
POLICIES = sorted((K8S / "policies").glob("*.rego"))
RULE = re.compile(r'^deny contains sprintf\("%s ([^"]+)"', re.MULTILINE)
OVERLAYS = ("development", "production")
EVERYTHING = "production with every component"
WITHOUT_SCHEMA = "monitoring.coreos.com/v1"
"""Kinds that the cluster learns from an operator; a policy says what each must have."""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Json]]:
    """Return what renders an overlay to its manifests, each once."""
    whole = shutil.copytree(K8S, tmp_path_factory.mktemp("everything") / "k8s") / "overlays" / "production"
    file = whole / "kustomization.yaml"
    components = [f"../../components/{path.name}" for path in sorted((K8S / "components").iterdir())]
    file.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text()), "components": components}))

    @cache
    def render(overlay: str) -> list[Json]:
        folder = whole if overlay == EVERYTHING else K8S / "overlays" / overlay
        kubectl = Path(sys.executable).parent / "kubectl"
        done = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return list(yaml.safe_load_all(done.stdout))

    return lambda overlay: copy.deepcopy(render(overlay))


@cache
def policies() -> Interpreter:
    """Return what judges by all policies."""
    judge = Interpreter()
    for file in POLICIES:
        judge.add_module(file.name, file.read_text())
    return judge


def denied(manifests: list[Json]) -> list[str]:
    """Return what the policies find amiss."""
    judge = policies()
    judge.set_input_term(json.dumps(manifests))
    found = judge.query("denied = data.manifests.deny")
    assert found.ok(), str(found)
    words: list[str] = json.loads(str(found))["bindings"]["denied"]
    return words


def of(manifests: list[Json], kind: str, name: str = "prompt-or-tune") -> Json:
    """Return the manifest of a kind and a name, which may end in the digest of its content."""
    named = re.compile(f"{name}(-[a-z0-9]{{10}})?")
    return next(one for one in manifests if one["kind"] == kind and named.fullmatch(one["metadata"]["name"]))


def pod(manifests: list[Json]) -> Json:
    """Return the specification of the service's pods."""
    spec: Json = of(manifests, "Deployment")["spec"]["template"]["spec"]
    return spec


def container(manifests: list[Json]) -> Json:
    """Return the service's container."""
    spec: Json = pod(manifests)["containers"][0]
    return spec


def safety(manifests: list[Json]) -> Json:
    """Return the security context of the service's container."""
    context: Json = container(manifests)["securityContext"]
    return context


FAULTS: dict[str, Callable[[list[Json]], object]] = {
    "may run as root": lambda m: pod(m)["securityContext"].pop("runAsNonRoot"),
    "runs as a user that a node may have too": lambda m: pod(m)["securityContext"].update(runAsUser=1000),
    "has no seccomp profile": lambda m: pod(m)["securityContext"].update(seccompProfile={"type": "Unconfined"}),
    "shares a namespace of the node": lambda m: pod(m).update(hostNetwork=True),
    "mounts what a restricted pod may not": lambda m: pod(m)["volumes"].append({"name": "x", "hostPath": {}}),
    "may fill the node's disk": lambda m: pod(m)["volumes"].append({"name": "x", "emptyDir": {}}),
    "brings a token of the cluster": lambda m: pod(m).pop("automountServiceAccountToken"),
    "has no service account of its own": lambda m: pod(m).update(serviceAccountName="default"),
    "is told of other services": lambda m: pod(m).pop("enableServiceLinks"),
    "is not spread over %s": lambda m: pod(m)["topologySpreadConstraints"].pop(),
    "may be killed while it finishes its requests": lambda m: pod(m).update(terminationGracePeriodSeconds=50),
    "has no %s": lambda m: container(m).pop("readinessProbe"),
    "may gain rights": lambda m: safety(m).pop("allowPrivilegeEscalation"),
    "is privileged": lambda m: safety(m).update(privileged=True),
    "keeps capabilities": lambda m: safety(m).pop("capabilities"),
    "adds capabilities": lambda m: safety(m)["capabilities"].update(add=["NET_ADMIN"]),
    "may write to its root": lambda m: safety(m).update(readOnlyRootFilesystem=False),
    "does not say what it needs: %s": lambda m: container(m)["resources"]["requests"].pop("cpu"),
    "may take all memory": lambda m: container(m)["resources"].pop("limits"),
    "is throttled": lambda m: container(m)["resources"]["limits"].update(cpu="1"),
    "runs an image without a definite tag": lambda m: container(m).update(image="prompt-or-tune:latest"),
    "has no label app.kubernetes.io/name": lambda m: of(m, "ConfigMap")["metadata"].pop("labels"),
    "has pods without the label app.kubernetes.io/component": lambda m: of(m, "Deployment")["spec"]["template"][
        "metadata"
    ]["labels"].pop("app.kubernetes.io/component"),
    "lets in pods that are not restricted": lambda m: of(m, "Namespace")["metadata"]["labels"].update(
        {"pod-security.kubernetes.io/enforce": "baseline"}
    ),
    "is in no namespace of these manifests": lambda m: of(m, "Service")["metadata"].update(namespace="default"),
    "stands where everybody can read it": lambda m: m.append({**of(m, "ConfigMap"), "kind": "Secret"}),
    "is not closed to the network: %s": lambda m: [m.remove(one) for one in m[:] if one["kind"] == "NetworkPolicy"],
    "opens every port": lambda m: of(m, "NetworkPolicy", "service-requests")["spec"]["ingress"][0].pop("ports"),
    "lets pods reach any address": lambda m: of(m, "NetworkPolicy", "service-egress")["spec"]["egress"][0].pop("to"),
    "leads to no pod's port %s": lambda m: container(m)["ports"].pop(),
    "has no such port as %s says": lambda m: of(m, "ConfigMap")["data"].update(METRICS_PORT="9091"),
    "may lose all its pods at once": lambda m: m.remove(of(m, "PodDisruptionBudget")),
    "scales what is not there or counts its own replicas": lambda m: of(m, "Deployment")["spec"].update(replicas=2),
    "may swing": lambda m: of(m, "HorizontalPodAutoscaler")["spec"].pop("behavior"),
    "finds no service with port %s": lambda m: of(m, "ServiceMonitor")["spec"]["endpoints"][0].update(port="http2"),
    "has an alert without severity or summary: %s": lambda m: of(m, "PrometheusRule")["spec"]["groups"][0]["rules"][
        0
    ].pop("annotations"),
}


@pytest.mark.parametrize("overlay", [*OVERLAYS, EVERYTHING])
def test_an_overlay_fits_the_schemas(rendered: Callable[[str], list[Json]], overlay: str) -> None:
    """Kubernetes knows every field of every manifest, and its values are of the kind they must be."""
    for manifest in rendered(overlay):
        if manifest["apiVersion"] != WITHOUT_SCHEMA:
            kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_a_field_that_is_none_does_not_fit(rendered: Callable[[str], list[Json]]) -> None:
    """A misspelt field is found."""
    manifests = rendered("production")
    pod(manifests).update(enableServiceLink=False)
    with pytest.raises(kubernetes_validate.ValidationError, match="enableServiceLink"):
        kubernetes_validate.validate(of(manifests, "Deployment"), kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize("overlay", [*OVERLAYS, EVERYTHING])
def test_an_overlay_keeps_the_policies(rendered: Callable[[str], list[Json]], overlay: str) -> None:
    """No policy finds anything amiss."""
    assert denied(rendered(overlay)) == []


def test_every_rule_is_tried() -> None:
    """There is a fault for every rule, and every overlay is checked."""
    texts = [text for file in POLICIES for text in RULE.findall(file.read_text())]
    assert sorted(texts) == sorted(FAULTS)
    assert sum(file.read_text().count("deny contains") for file in POLICIES) == len(texts)
    assert {path.name for path in (K8S / "overlays").iterdir()} == set(OVERLAYS)


@pytest.mark.parametrize("rule", FAULTS)
def test_a_rule_finds_its_fault(rendered: Callable[[str], list[Json]], rule: str) -> None:
    """A manifest that is spoiled is denied in the words of the rule that it breaks."""
    manifests = rendered(EVERYTHING)
    FAULTS[rule](manifests)
    words = re.compile(r"\w+/\S+ " + re.escape(rule).replace("%s", r"\S+"))
    assert any(words.fullmatch(one) for one in denied(manifests))


def test_the_service_is_open_in_development_only(rendered: Callable[[str], list[Json]]) -> None:
    """Development lets everybody in and reaches nobody; production wants keys, and reaches names, Redis and traces."""
    development, production = rendered("development"), rendered("production")
    assert of(development, "ConfigMap")["data"]["OPEN_TO_ANYONE"] == "yes"
    assert "env" not in container(development)
    assert not any("egress" in one["spec"] for one in development if one["kind"] == "NetworkPolicy")
    settings, mounted = of(production, "ConfigMap")["data"], container(production)["volumeMounts"]
    assert "OPEN_TO_ANYONE" not in settings
    assert str(Path(settings["API_KEYS_FILE"]).parent) in {mount["mountPath"] for mount in mounted}
    opened = of(production, "NetworkPolicy", "service-egress")["spec"]["egress"]
    assert [[port["port"] for port in rule["ports"]] for rule in opened] == [[53, 53], [6379], [4318]]


def test_the_example_of_the_secret_has_all_that_is_read(rendered: Callable[[str], list[Json]]) -> None:
    """Every key of a Secret that production reads stands in secret.example.yaml, which fits its schema."""
    example = yaml.safe_load((K8S / "overlays" / "production" / "secret.example.yaml").read_text())
    kubernetes_validate.validate(example, kubernetes_validate.latest_version(), strict=True)
    production = rendered("production")
    variables = [one["valueFrom"]["secretKeyRef"] for one in container(production)["env"]]
    files = [one["secret"] for one in pod(production)["volumes"] if "secret" in one]
    names = {one["name"] for one in variables} | {one["secretName"] for one in files}
    keys = {one["key"] for one in variables} | {item["key"] for one in files for item in one["items"]}
    assert names == {example["metadata"]["name"]}
    assert keys == set(example["stringData"])


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_service_starts_with_what_it_is_told(
    rendered: Callable[[str], list[Json]], overlay: str, tmp_path: Path
) -> None:
    """Every variable of an overlay is one of the service's, and with the example's keys and address it would start."""
    told = dict(of(rendered(overlay), "ConfigMap")["data"])
    known = {field.upper() for field in Settings.__struct_fields__}
    assert {name for name in told if not name.startswith(("OTEL_", "OMP_"))} <= known
    if "API_KEYS_FILE" in told:
        secret = yaml.safe_load((K8S / "overlays" / "production" / "secret.example.yaml").read_text())["stringData"]
        keys = tmp_path / "api-keys.toml"
        keys.write_text(secret["api-keys.toml"])
        told |= {"API_KEYS_FILE": str(keys), "REDIS_URL": secret["REDIS_URL"]}
    settings = read_settings(told)
    check_is_guarded(settings, settings.host)
    assert Keys(settings.api_keys, settings.api_keys_file).are_needed == ("API_KEYS_FILE" in told)
    if settings.redis_url:
        Shared(settings.redis_url, settings.redis_seconds, Embedded(0))


def test_manifests_and_code_say_the_same(rendered: Callable[[str], list[Json]]) -> None:
    """The image's tag is the service's version, and the policy on endings knows how long the server takes."""
    assert container(rendered("production"))["image"] == f"prompt-or-tune:{__version__}"
    assert f"server_seconds := {stop_seconds(Settings())}\n" in "".join(file.read_text() for file in POLICIES)

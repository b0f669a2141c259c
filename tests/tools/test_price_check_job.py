"""The CronJob that looks at the price package is one that a cluster takes, and calls the command as it is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tools.price_check import __main__ as command

ROOT = Path(__file__).parents[2]
COMPONENT = ROOT / "k8s" / "components" / "prices-check"
KUBECTL = Path(sys.executable).parent / "kubectl"
NAME = "prompt-or-tune-prices-check"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return what kustomize makes of the component, by kind."""
    folder = tmp_path_factory.mktemp("overlay")
    lines = {"components": [os.path.relpath(COMPONENT, folder.resolve())]}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(lines))
    done = subprocess.run([KUBECTL, "kustomize", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {found["kind"]: found for found in yaml.safe_load_all(done.stdout)}


@pytest.fixture(scope="module")
def pod(made: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the template of the job's pods."""
    found: dict[str, Any] = made["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]
    return found


def test_a_cluster_takes_every_part(made: dict[str, dict[str, Any]]) -> None:
    """Job, policy and account stand the schemas of Kubernetes, unknown fields forbidden."""
    assert set(made) == {"CronJob", "NetworkPolicy", "ServiceAccount"}
    for found in made.values():
        kubernetes_validate.validate(found, "1.31", strict=True)


def test_the_job_fails_at_once_for_what_was_found(made: dict[str, dict[str, Any]], pod: dict[str, Any]) -> None:
    """The codes that end the job are those of the command for moved verdicts and prices; an index without answer is asked again."""
    job = made["CronJob"]["spec"]["jobTemplate"]["spec"]
    container = pod["spec"]["containers"][0]
    codes = job["podFailurePolicy"]["rules"][0]["onExitCodes"]
    assert codes["containerName"] == container["name"]
    assert codes["values"] == [command.PRICES_CHANGED, command.VERDICTS_MOVED]
    assert command.NOT_COMPARED not in codes["values"] and job["backoffLimit"] > 0
    flag, what = container["args"]
    assert flag == "--fail-on" and "verdicts_moved" in command.FAILS[what]


def test_nobody_takes_the_pod_for_the_service(made: dict[str, dict[str, Any]], pod: dict[str, Any]) -> None:
    """The policy speaks of the job's pods alone, and their name is not the one by which the service finds its own."""
    label = {"app.kubernetes.io/name": NAME}
    assert made["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == label
    assert label.items() <= pod["metadata"]["labels"].items()
    assert made["NetworkPolicy"]["spec"]["ingress"] == []
    assert made["ServiceAccount"]["metadata"]["name"] == pod["spec"]["serviceAccountName"] == NAME


def test_the_pod_is_restricted(pod: dict[str, Any]) -> None:
    """It runs as the user of the image, with no token, no capability and nothing to write but a bounded /tmp."""
    spec = pod["spec"]
    container = spec["containers"][0]
    rights = container["securityContext"]
    assert spec["automountServiceAccountToken"] is False and spec["securityContext"]["runAsNonRoot"] is True
    assert rights["readOnlyRootFilesystem"] is True and rights["allowPrivilegeEscalation"] is False
    assert rights["capabilities"] == {"drop": ["ALL"]}
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/tmp"]
    assert spec["volumes"][0]["emptyDir"]["sizeLimit"]
    user = spec["securityContext"]["runAsUser"]
    stage = (ROOT / "Dockerfile").read_text().split(" AS prices-check\n")[1].split("\nFROM ")[0]
    assert f"USER {user}:{user}" in stage and '"tools.price_check"' in stage and "HOME=/tmp" in stage


def test_an_image_built_without_a_target_is_the_service() -> None:
    """The stage of the job is not the last of the Dockerfile, which is what a build makes when no target is named."""
    stages = re.findall(r"^FROM .*$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert any(stage.endswith(" AS prices-check") for stage in stages[:-1])
    assert not stages[-1].endswith(" AS prices-check")


def test_the_image_holds_what_the_command_reads() -> None:
    """Tools and requests get into the build, although all else of the tests stays out."""
    kept = (ROOT / ".dockerignore").read_text().splitlines()
    assert {"!tools", "!tests/field", "!openapi"} <= set(kept)

"""Builds the image on this machine, without a container engine, and proves what can be proved of it: `make image-check`.

It makes a base image of Debian's packages under the name that the Dockerfile asks for, builds the Dockerfile on it,
looks at every file, and runs the service from it as a pod does: the image's user, no capability, a read-only root, a
process namespace of its own. It needs root and Debian; what it makes lies in one temporary folder, which it removes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "openapi" / "examples" / "ticket-triage.json"
BASE = re.compile(r"^ARG BASE=(python:3\.13\.\S+)$", re.MULTILINE)
RELEASE, PYTHON = "trixie", "python3.13"
"""Debian's release whose Python is that of the base image, but for the last number."""

NAME = "localhost/prompt-or-tune:check"
NEEDED = {"buildah": "buildah", "debootstrap": "debootstrap", "unshare": "util-linux"}
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
PIP_SETTINGS = {"index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "cert"}
USER = 10001
DOCUMENTS = Path("usr/share/doc/prompt-or-tune")
FOR_EVERYBODY = {"tmp", "var/tmp", "run/lock"}
"""Folders of Debian's in which everybody may write."""

STEP_SECONDS, START_SECONDS, ANSWER_SECONDS, STOP_SECONDS = 900, 60, 60, 30
CONFINE = """
files=$1; user=$2; tmp=$3; shift 3
mount --bind "$files" "$files"; mount -o remount,bind,ro "$files"
mount -t proc proc "$files/proc"; mount --rbind /dev "$files/dev"
test "$tmp" = read-only || mount -t tmpfs tmpfs "$files/tmp"
exec setpriv --no-new-privs chroot --userspec="$user" --groups= "$files" "$@"
"""
"""Gives the rights of a restricted pod: a read-only root, its user and group, no capability and none to be had."""


class Miss(Exception):
    """Something of the image is not as it must be; its words say what."""


def run(*command: str | Path, seconds: int = STEP_SECONDS) -> str:
    """Return what a command says; what it complains of is the miss."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Miss(f"{command[0]} has not ended within {seconds} s") from None
    if done.returncode:
        raise Miss(f"{' '.join(map(str, command))} failed:\n{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout


def install() -> None:
    """Install with apt-get what is absent."""
    absent = [package for program, package in NEEDED.items() if not shutil.which(program)]
    if not Path(KEYRING).exists():
        absent.append("debian-archive-keyring")
    if absent:
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-qq", "-y", "--no-install-recommends", *absent)


def mirror() -> str:
    """Return where this machine takes Debian's packages from."""
    targets = run("apt-get", "indextargets", "--format", "$(ORIGIN) $(CODENAME) $(REPO_URI)", "Created-By: Packages")
    found = [line.split() for line in targets.splitlines() if line.startswith("Debian ")]
    plain = [address for _, codename, address in found if "-" not in codename]
    if not plain:
        raise Miss("apt-get knows no source of Debian's packages: run `apt-get update`")
    return plain[0]


def make_base(buildah: list[str], folder: Path, name: str) -> Path:
    """Make a base image of Debian's packages under a name, and return its files."""
    files = folder / "base"
    packages = f"--include={PYTHON},python3,python3-venv,ca-certificates"
    run("debootstrap", "--variant=minbase", f"--keyring={KEYRING}", packages, RELEASE, files, mirror())
    shutil.rmtree(files / "var" / "cache" / "apt")
    (files / "usr" / "local" / "bin" / "python").symlink_to("/usr/bin/python3")
    container = run(*buildah, "from", "scratch").strip()
    run(*buildah, "add", "-q", container, files, "/")
    run(*buildah, "config", "--env", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", container)
    run(*buildah, "commit", "-q", "--rm", container, f"docker.io/library/{name}")
    return files


def pip_settings(folder: Path) -> list[str]:
    """Return what lends the build this machine's settings of pip: where packages come from, by which certificate."""
    said: dict[str, str] = {}
    for line in run(sys.executable, "-m", "pip", "config", "list").splitlines():
        name, _, value = line.partition("=")
        words = [word for word in value.strip("'\"").split() if not word.startswith("file:")]
        if (key := name.rpartition(".")[2]) in PIP_SETTINGS and words:
            said[key] = " ".join(words)
    settings = folder / "pip.conf"
    settings.write_text("[global]\n" + "".join(f"{key} = {value}\n" for key, value in said.items()))
    lent = [f"{settings}:/etc/pip.conf:ro"]
    if "cert" in said:
        lent.append(f"{said['cert']}:{said['cert']}:ro")
    return [part for one in lent for part in ("--volume", one)]


def build(buildah: list[str], folder: Path) -> tuple[Path, dict[str, Any]]:
    """Build the Dockerfile; return the files of the image and its configuration."""
    quiet = ("--isolation", "chroot", "--network", "host", "--pull=never", "--format", "docker", "--quiet")
    run(*buildah, "bud", *quiet, *pip_settings(folder), "--tag", NAME, ROOT)
    image = json.loads(run(*buildah, "inspect", "--type", "image", NAME))
    container = run(*buildah, "from", "--pull-never", NAME).strip()
    return Path(run(*buildah, "mount", container).strip()), image["Docker"]["config"]


def misses_of_files(files: Path) -> Iterator[str]:
    """Yield every file that lends rights, that the service's user owns, or that everybody may write to."""
    for folder, folders, names in os.walk(files):
        for path in (Path(folder) / name for name in [*folders, *names]):
            about, where = path.lstat(), str(path.relative_to(files))
            if stat.S_ISLNK(about.st_mode):
                continue
            if stat.S_ISREG(about.st_mode) and about.st_mode & (stat.S_ISUID | stat.S_ISGID):
                yield f"/{where} lends rights"
            if USER in (about.st_uid, about.st_gid):
                yield f"/{where} belongs to the service's user"
            if about.st_mode & stat.S_IWOTH and where not in FOR_EVERYBODY and not stat.S_ISCHR(about.st_mode):
                yield f"/{where} may be written to by everybody"


def misses_of_packages(files: Path) -> Iterator[str]:
    """Yield what is wrong with the bill of materials, with the bytecode and with what should have been left out."""
    packages = next((files / "opt" / "venv" / "lib").glob("python3*")) / "site-packages"
    there = {(found.metadata["Name"].lower(), found.version) for found in distributions(path=[str(packages)])}
    bill = json.loads((files / DOCUMENTS / "sbom.cdx.json").read_text())
    billed = {(part["name"].lower(), part["version"]) for part in bill["components"]}
    if bill["bomFormat"] != "CycloneDX" or "prompt-or-tune" not in dict(billed):
        yield "the bill of materials is not one of this service in CycloneDX"
    for name, version in sorted(there ^ billed):
        yield f"{name} {version} is in the image or in the bill of materials, not in both"
    for name in ("LICENSE", "THIRD_PARTY_NOTICES.md"):
        if not (files / DOCUMENTS / name).exists():
            yield f"{name} is absent"
    if not list((packages / "service" / "__pycache__").glob("settings.*.pyc")):
        yield "the service's bytecode is absent"
    for found in [*files.glob("**/*-packages/pip"), *files.glob("root/.cache/*")]:
        yield f"/{found.relative_to(files)} has no use in the image"


def misses_of_configuration(image: dict[str, Any]) -> Iterator[str]:
    """Yield what the image says of itself that it must not: another user, a command that takes a shell, no label."""
    if image["User"] != f"{USER}:{USER}":
        yield f"the image's user is {image['User']}"
    if image["Cmd"][0] != "python" or image.get("Entrypoint"):
        yield f"the image's command is {image['Cmd']}"
    if image["Healthcheck"]["Test"][0] != "CMD":
        yield "the health check takes a shell"
    if "org.opencontainers.image.title" not in image["Labels"]:
        yield "the image has no title"


def confined(files: Path, image: dict[str, Any], command: list[str], **said: str) -> list[str]:
    """Return what runs a command of the image as a pod does, with further variables; METRICS_PORT brings a writable /tmp."""
    variables = {**dict(one.split("=", 1) for one in image["Env"]), **said}
    alone = ["env", "-i", *(f"{name}={value}" for name, value in variables.items()), *command]
    tmp = "writable" if "METRICS_PORT" in said else "read-only"
    unshared = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", CONFINE, "confined"]
    return [*unshared, str(files), image["User"], tmp, *alone]


def ask(address: str, body: bytes | None = None) -> bytes:
    """Return an answer."""
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"} if body else {})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=ANSWER_SECONDS) as answer:
        return bytes(answer.read())


def is_up(address: str) -> bool:
    """Return whether the service lives."""
    try:
        return bool(ask(f"{address}/livez"))
    except OSError:
        return False


def first_process(unshared: subprocess.Popen[bytes]) -> int:
    """Return the first process of a namespace, by its number outside."""
    children = Path(f"/proc/{unshared.pid}/task/{unshared.pid}/children").read_text().split()
    if len(children) != 1:
        raise Miss("the service has ended")
    return int(children[0])


def free_ports() -> tuple[int, int]:
    """Return two ports on which nobody listens."""
    with socket.socket() as one, socket.socket() as another:
        one.bind(("127.0.0.1", 0))
        another.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1]), int(another.getsockname()[1])


def serve(files: Path, image: dict[str, Any], log: Path, port: int, **said: str) -> None:
    """Run the service from the image; it must live, answer, be called healthy, and end by itself when told to."""
    address, variables = f"http://127.0.0.1:{port}", {"HOST": "127.0.0.1", "PORT": str(port), **said}
    with log.open("wb") as out:
        command = confined(files, image, image["Cmd"], **variables)
        service = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + START_SECONDS
        while not is_up(address):
            if service.poll() is not None or time.monotonic() > until:
                raise Miss("the service does not start")
            time.sleep(0.2)
        status = Path(f"/proc/{first_process(service)}/status").read_text()
        for line in (f"Uid:\t{USER}\t{USER}", "CapEff:\t0000000000000000", "NoNewPrivs:\t1"):
            if line not in status:
                raise Miss(f"the service does not run with {line!r}")
        if b'"verdict"' not in ask(f"{address}/v1/assessments", EXAMPLE.read_bytes()):
            raise Miss("the answer has no verdict")
        where = f"http://127.0.0.1:{said.get('METRICS_PORT', port)}/metrics"
        if b"prompt_or_tune_" not in ask(where):
            raise Miss("there are no metrics")
        run(*confined(files, image, image["Healthcheck"]["Test"][1:], **variables), seconds=ANSWER_SECONDS)
        os.kill(first_process(service), signal.SIGTERM)
        if service.wait(STOP_SECONDS):
            raise Miss(f"the service ended with {service.returncode}")
    except (Miss, OSError, subprocess.TimeoutExpired) as miss:
        raise Miss(f"{miss}\n{log.read_text()[-4000:]}") from None
    finally:
        service.kill()
        service.wait()


def is_refused(words: str, command: list[str]) -> None:
    """Run what must fail with certain words."""
    try:
        run(*command, seconds=ANSWER_SECONDS)
    except Miss as refused:
        if words not in str(refused):
            raise
    else:
        raise Miss(f"what was to be refused ({words}) is not")


def megabytes(files: Path) -> float:
    """Return what the files of a folder take, those that have two names once."""
    sizes = {}
    for folder, _, names in os.walk(files):
        for about in (Path(folder, name).lstat() for name in names):
            sizes[about.st_ino] = about.st_size
    return sum(sizes.values()) / 1e6


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder that is removed at the end; never while anything is mounted below it."""
    folder = Path(tempfile.mkdtemp(prefix="image-check-")).resolve()
    try:
        yield folder
    finally:
        mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
        for place in sorted((one for one in mounted if one.startswith(f"{folder}/")), reverse=True):
            run("umount", place)
        shutil.rmtree(folder)


def check() -> None:
    """Build the image and raise the first misses found."""
    named = BASE.search((ROOT / "Dockerfile").read_text())
    if named is None:
        raise Miss("the Dockerfile names no base image whose version is known")
    install()
    with temporary_folder() as folder:
        storage = ("--root", str(folder / "storage"), "--runroot", str(folder / "run"), "--storage-driver", "vfs")
        buildah = ["buildah", *storage]
        base = megabytes(make_base(buildah, folder, named[1]))
        files, image = build(buildah, folder)
        whole = megabytes(files)
        misses = [*misses_of_files(files), *misses_of_packages(files), *misses_of_configuration(image)]
        if misses:
            raise Miss("\n".join(misses))
        # Not even root could write to the root as it is run, and nobody is let in by oversight.
        is_refused("Read-only file system", confined(files, {**image, "User": "0:0"}, ["touch", "/tmp/written"]))
        port, metrics_port = free_ports()
        is_refused("OPEN_TO_ANYONE", confined(files, image, image["Cmd"], PORT=str(port)))
        serve(files, image, folder / "service.log", port)
        serve(files, image, folder / "service.log", port, METRICS_PORT=str(metrics_port))
    print(f"The image is good. {whole:.0f} MB, of which {whole - base:.0f} MB lie on the base image made here.")


def main() -> int:
    """Check the image; 1 where something is amiss."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if os.geteuid() != 0:
        print("make image-check needs root: it makes a base image and mounts it", file=sys.stderr)
        return 1
    try:
        check()
    except Miss as miss:
        print(miss, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

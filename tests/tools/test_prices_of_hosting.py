"""GPUs and self-hosted offers are appended by the routine that appends a price, and verified like everything else."""

from __future__ import annotations

import datetime
import tomllib

import pytest

from service.larder.load import Catalogue, CatalogueError, parse, read
from service.larder.self_hosted import GPUS, SELF_HOSTED
from tools import larder as files

TEXTS, TODAY = read(), datetime.date(2026, 12, 1)
KNOWN = parse(TEXTS)
LLAMA = "self-hosted/llama-3.1-8b.h100"

FIGURE = '{ low = 3.0, high = 9.5, kind = "quoted", source = { title = "A price list" }, checked = 2026-12-01 }'
PRICE = f'[[gpu]]\nid = "h100"\n[[gpu.values]]\nfrom = 2026-12-01\nusd_per_hour = {FIGURE}\n'
NEW_GPU = f"""[[gpu]]
id = "b200"
name = "NVIDIA B200 180 GB"
memory_gb = 180
[[gpu.values]]
from = 2026-12-01
usd_per_hour = {FIGURE}
"""


def measured(low: float, high: float) -> str:
    """Return a measured figure."""
    return (
        f'{{ low = {low}, high = {high}, kind = "measured", source = {{ title = "A table" }}, checked = 2026-12-01 }}'
    )


VALUES = f"""[[self_hosted.values]]
from = 2026-12-01
tokens_per_second_per_replica = {measured(21000, 24000)}
training_gpu_hours_per_mtok = {measured(0.02, 0.03)}
adapters_per_host = {measured(8, 64)}
"""
TERMS = f'[[self_hosted]]\nid = "{LLAMA}"\n{VALUES}'
NEW_OFFER = f"""[[self_hosted]]
id = "self-hosted/llama-3.1-8b.b200"
weights = "llama-3.1-8b-instruct"
name = "Llama 3.1 8B on 1 B200"
base_model = "fireworks/llama-v3p1-8b-instruct"
source = {{ title = "A model card" }}
checked = 2026-12-01
precision = "bf16"
parameters_billion = 8
gpu = "b200"
gpus_per_replica = 1
minimum_replicas = 1
lifetime_class = "self_hosted"
hosting_kind = "by_hour"
can_scale_to_zero = true
context_window_tokens = 131072
{VALUES}"""


def appended(source: str) -> Catalogue:
    """Return the checked larder with a change in it."""
    return parse(files.changed(TEXTS, source, TODAY)[0])


def test_a_price_of_a_gpu_is_appended_behind_its_older_ones() -> None:
    """The new range holds from its day on, the older ones stay, and nothing else changes, comments included."""
    after, day = files.changed(TEXTS, PRICE, TODAY)
    assert day == TODAY and {path for path in TEXTS if after[path] != TEXTS[path]} == {GPUS}
    h100 = parse(after).gpus["h100"]
    assert h100.values[:-1] == KNOWN.gpus["h100"].values
    assert h100.values[-1].usd_per_hour.ends == (3.0, 9.5)
    lines = iter(after[GPUS].splitlines())
    assert all(line in lines for line in TEXTS[GPUS].splitlines())


def test_values_of_a_self_hosted_offer_are_appended() -> None:
    """A newer measurement holds from its day on and leaves earlier days as they were."""
    after = appended(TERMS).self_hosted[LLAMA]
    assert after.values[:-1] == KNOWN.self_hosted[LLAMA].values
    assert after.values[-1].tokens_per_second_per_replica.ends == (21000, 24000)


def test_a_new_gpu_and_what_runs_on_it_are_appended_together() -> None:
    """A GPU and an offer on it come in one change, behind the others and before the remarks on what was left out."""
    after, _ = files.changed(TEXTS, NEW_GPU + NEW_OFFER, TODAY)
    larder = parse(after)
    assert (list(larder.gpus)[-1], list(larder.self_hosted)[-1]) == ("b200", "self-hosted/llama-3.1-8b.b200")
    for path in (GPUS, SELF_HOSTED):
        assert after[path].index(b"b200") < after[path].index(b"\n# Left out") and tomllib.loads(after[path].decode())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            PRICE.replace('"h100"', '"h101"'),
            "no gpu is called 'h101'; the nearest is h100; a new one states name, mem",
        ),
        (TERMS.replace(".h100", ".h101"), "no self_hosted is called .*; a new one states weights, name, base_model"),
        (PRICE.replace('"h100"', '"h100"\nmemory_gb = 94'), "gpu h100: memory_gb cannot be changed by appending"),
        (PRICE.replace("checked = 2026-12-01", "checked = 2026-12-02"), "gpu h100: checked 2026-12-02 is after today"),
        (PRICE.replace("low = 3.0", "low = nan"), "nan is no number"),
        (PRICE.replace("from = ", "since = "), "gpu h100: each of its .* states from"),
        (PRICE.replace('id = "h100"', "id = 100"), r'every \[\[gpu\]\] states its id: id = "h100"'),
        ('[self_hosted]\nid = "x"\n', r"a self-hosted offer is written \[\[self_hosted\]\]"),
    ],
)
def test_what_cannot_be_appended_is_said(change: str, said: str) -> None:
    """A change that names what is not known, overwrites, or was checked tomorrow is refused with what to write instead."""
    with pytest.raises(files.ChangeError, match=said):
        files.changed(TEXTS, change, TODAY)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (PRICE.replace("high = 9.5", "high = 2.5"), "h100 from 2026-12-01: usd_per_hour: low 3 is above high 2.5"),
        (PRICE.replace("from = 2026-12-01", "from = 2026-01-01"), "h100: 2026-01-01 does not come after 2026-10-01"),
        (NEW_OFFER, "the GPU b200 is unknown; add it to self_hosted/gpus.toml"),
        (
            TERMS.replace("high = 24000", "high = 24000000"),
            "high 2.4e\\+07 is a thousand times off its predecessor 23000",
        ),
    ],
)
def test_what_cannot_be_true_is_refused(change: str, said: str) -> None:
    """What is appended is checked as at every start."""
    with pytest.raises(CatalogueError, match=said):
        appended(change)

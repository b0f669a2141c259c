"""The listing of self-hosted offers: figures with sources, by GPU and by date."""

from __future__ import annotations

from typing import Any

from litestar.testing import TestClient

from service.http.house import House

PATH, DAY = "/v1/self-hosted-offers", "2026-11-26"
Client = TestClient[Any]


def test_offers_show_what_they_do_and_what_their_gpu_costs(client: Client, house: House) -> None:
    """Every offer is listed with throughput, training hours and GPU price in force at the date, each with its source."""
    answer = client.get(PATH, params={"as_of": DAY}).json()
    assert answer["assumptions_digest"] == house.catalogue.digest
    assert [offer["id"] for offer in answer["items"]] == list(house.catalogue.self_hosted)
    for offer in answer["items"]:
        terms = offer["terms"]
        figures = (
            terms["tokens_per_second_per_replica"],
            terms["training_gpu_hours_per_mtok"],
            terms["adapters_per_host"],
            offer["gpu"]["usd_per_hour"],
        )
        for figure in figures:
            assert figure["source"]["title"] and (figure["kind"] != "judged" or figure["note"])
            assert figure["value"] or 0 < figure["low"] < figure["high"]
    llama = next(offer for offer in answer["items"] if offer["id"] == "self-hosted/llama-3.1-8b.h100")
    assert (llama["gpus_per_replica"], llama["lifetime_class"], llama["hosting_kind"]) == (1, "self_hosted", "by_hour")
    assert llama["terms"]["tokens_per_second_per_replica"]["low"] == 17000
    assert (llama["gpu"]["valid_from"], llama["gpu"]["usd_per_hour"]["high"]) == ("2026-10-01", 10.72)


def test_offers_are_filtered_by_gpu(client: Client) -> None:
    """Only what runs on a kind of GPU is listed where one is named; nothing where nobody knows it."""
    found = client.get(PATH, params={"as_of": DAY, "gpu": "l40s"}).json()["items"]
    assert len(found) == 6 and {offer["gpu"]["id"] for offer in found} == {"l40s"}
    assert client.get(PATH, params={"as_of": DAY, "gpu": "t4"}).json()["items"] == []
    assert client.get(PATH, params={"gpu": "H100"}).status_code == 400


def test_an_earlier_day_has_earlier_prices(client: Client) -> None:
    """In the summer the H100 still has its price of May; before any price was known nothing is listed."""
    summer = client.get(PATH, params={"as_of": "2026-07-01", "gpu": "h100"}).json()["items"]
    assert {offer["gpu"]["valid_from"] for offer in summer} == {"2026-05-08"}
    assert client.get(PATH, params={"as_of": "2026-04-01"}).json()["items"] == []


def test_the_listing_is_not_sent_twice(client: Client) -> None:
    """A caller who names the tag of the listing is told that nothing changed."""
    first = client.get(PATH, params={"as_of": DAY})
    again = client.get(PATH, params={"as_of": DAY}, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")

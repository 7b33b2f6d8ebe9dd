"""The monthly visits and downloads of a data set, of data.gouv.fr's public API of metrics."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from observlib.catalogue import Device
from observlib.desk.fetching.web import Page, Records, Server, Source, answering_as, ask

URL = "https://metric-api.data.gouv.fr"
_MOST = 50  # months a page, the most that there may be


def source(device: Device) -> Source:
    """All months of a device's data set; written as data.gouv.fr shows them."""
    metrics = Server("data.gouv.fr", URL, "the network")

    def pages(cursor: Any) -> Iterator[Page]:
        number = cursor or 1
        while number:
            query = {
                "dataset_id__exact": device.dataset_id or "", "metric_month__sort": "asc",
                "page": number, "page_size": _MOST,
            }  # fmt: skip
            found = ask(metrics, "api/datasets/data/", query=query)
            with answering_as(metrics):
                months = {month["metric_month"]: _month(month) for month in found["data"]}
                more = found["links"].get("next") and months
                after = number + 1 if more else None
                total = int(found["meta"]["total"])
            yield Page(months, after, min(number * _MOST, total), total)
            number = after

    def text(records: Records) -> Iterator[str]:
        yield json.dumps({"id": device.dataset_id, "monthlyStats": [m for _, m in records()]})

    return Source(metrics.host, {"dataset": device.dataset_id}, pages, text)


def _month(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "month": str(told["metric_month"]),
        "visits": told["monthly_visit"],
        "downloads": told["monthly_download_resource"],
    }

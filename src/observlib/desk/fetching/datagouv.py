"""The monthly visits and downloads of a data set, of data.gouv.fr's public API of metrics."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from observlib.catalogue import Device
from observlib.desk.fetching.web import Page, Records, Server, Source, ask

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
            months, is_last, total = ask(metrics, "api/datasets/data/", query=query, read=_months)
            after = None if is_last else number + 1
            yield Page(months, after, min(number * _MOST, total), total)
            number = after

    def text(records: Records) -> Iterator[str]:
        yield json.dumps({"id": device.dataset_id, "monthlyStats": [m for _, m in records()]})

    return Source(metrics.host, {"dataset": device.dataset_id}, pages, text)


def _months(answer: Any) -> tuple[dict[str, Any], bool, int]:
    """The months of a page, whether it is the last, and how many there are in all."""
    months = {
        month["metric_month"]: {
            "month": str(month["metric_month"]),
            "visits": month["monthly_visit"],
            "downloads": month["monthly_download_resource"],
        }
        for month in answer["data"]
    }
    is_last = not (answer["links"].get("next") and months)
    return months, is_last, int(answer["meta"]["total"])

"""What comes in, what is refused, and how fast ingest answers."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from boards.panels import Limit, Query, bars, board, lines, number, row

# By path and not by job: with a PodMonitor all services have the same job.
PATHS = 'uri=~"/v1/(events|loops/[^/]+/(interactions|feedback).*|endusers.*|conversations.*)"'
ALL = f"http_server_requests_seconds_count{{{PATHS}}}"
FAILED = f'http_server_requests_seconds_count{{{PATHS}, status=~"5.."}}'
# The types that ingest accepts; it counts the others at 0.
BY_TYPE = 'whetstone_ingest_accepted_total{type=~".*(interaction|feedback|enduser).*"}'
ACKNOWLEDGEMENT = "whetstone_ingest_acknowledgement_seconds_bucket"


def ingest() -> Dashboard:
    return board(
        "ingest",
        "Ingest",
        "Accepted and refused events, answer times, and the limits that clients meet.",
        number(
            "Accepted",
            "ops",
            Query("sum(rate(whetstone_ingest_accepted_total[$__rate_interval]))", "events/s"),
            about="Events per second that the broker acknowledged. Only after that a client gets 202.",
            width=6,
        ),
        number(
            "Refused",
            "ops",
            Query("sum(rate(whetstone_ingest_rejected_total[$__rate_interval]))", "items/s"),
            about="Items and requests per second that were refused. The codes are below.",
            limit=Limit(1, "orange"),
            width=6,
        ),
        number(
            "Acknowledgement, 99 %",
            "s",
            Query(f"histogram_quantile(0.99, sum by (le) (rate({ACKNOWLEDGEMENT}[$__rate_interval])))", "99 %"),
            about="From sending a request's first record to the broker's last acknowledgement.",
            limit=Limit(1, "orange"),
            width=6,
        ),
        number(
            "Failed requests",
            "percentunit",
            Query(f"(sum(rate({FAILED}[$__rate_interval])) or vector(0)) / sum(rate({ALL}[$__rate_interval]))", "5xx"),
            about="Share of requests that were answered with 5xx. The service level objective counts them.",
            limit=Limit(0.001),
            width=6,
        ),
        row("Events"),
        lines(
            "Accepted by type",
            "ops",
            Query(f"sum by (type) (rate({BY_TYPE}[$__rate_interval]))", "{{type}}"),
            about="Events per second by event type.",
            stacked=True,
        ),
        lines(
            "Refused by code",
            "ops",
            Query("topk(6, sum by (code) (rate(whetstone_ingest_rejected_total[$__rate_interval])))", "{{code}}"),
            about="The six most frequent codes; docs/contracts.md explains them.",
            stacked=True,
        ),
        bars(
            "Accepted since the start",
            "short",
            Query(f"sum by (type) ({BY_TYPE})", "{{type}}"),
            about="Accepted events by type since the instances started.",
        ),
        lines(
            "Bodies in memory",
            "bytes",
            Query("sum by (instance) (whetstone_ingest_inflight_bytes)", "{{instance}}"),
            about="Bytes of request bodies in memory. At the memory budget further requests get 503.",
        ),
        row("Requests"),
        lines(
            "Requests by path and status",
            "reqps",
            Query(f"sum by (uri, status) (rate({ALL}[$__rate_interval]))", "{{uri}} {{status}}"),
            about="429 is the limit of a key; 503 is a full memory budget or an unreachable broker.",
        ),
        lines(
            "Acknowledgement",
            "s",
            Query(f"histogram_quantile(0.5, sum by (le) (rate({ACKNOWLEDGEMENT}[$__rate_interval])))", "50 %"),
            Query(f"histogram_quantile(0.99, sum by (le) (rate({ACKNOWLEDGEMENT}[$__rate_interval])))", "99 %"),
            Query(f"max(http_server_requests_seconds_max{{{PATHS}}})", "slowest request"),
            about="Time until the broker has acknowledged a request's records, and the slowest whole request.",
        ),
    )

"""vLLM by the names of its own metrics (V1 engine)."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from boards.panels import Limit, Query, board, lines, number, row


def vllm() -> Dashboard:
    return board(
        "vllm",
        "vLLM",
        "Load and latency of vLLM replicas, and the adapters that they serve.",
        number(
            "Running requests",
            "none",
            Query("sum(vllm:num_requests_running)", "running"),
            about="Requests in the current batches.",
            width=6,
        ),
        number(
            "Waiting requests",
            "none",
            Query("sum(vllm:num_requests_waiting)", "waiting"),
            about="Requests that wait for memory or a place in the batch.",
            limit=Limit(10, "orange"),
            width=6,
        ),
        number(
            "KV cache in use",
            "percentunit",
            Query("max(vllm:kv_cache_usage_perc)", "used"),
            about="Fullest cache of a replica.",
            limit=Limit(0.9, "orange"),
            width=6,
        ),
        number(
            "First token, 95 %",
            "s",
            Query(_quantile(0.95, "time_to_first_token"), "95 %"),
            about="Time from a request to its first token.",
            limit=Limit(2, "orange"),
            width=6,
        ),
        row("Load"),
        lines(
            "Requests",
            "none",
            Query("sum by (instance) (vllm:num_requests_running)", "running {{instance}}"),
            Query("sum by (instance) (vllm:num_requests_waiting)", "waiting {{instance}}"),
            about="Requests in the batch and in the queue of each replica.",
        ),
        lines(
            "Tokens",
            "ops",
            Query("sum(rate(vllm:prompt_tokens_total[$__rate_interval]))", "prompt"),
            Query("sum(rate(vllm:generation_tokens_total[$__rate_interval]))", "generated"),
            about="Tokens per second.",
        ),
        lines(
            "Ended requests",
            "reqps",
            Query(
                "sum by (finished_reason) (rate(vllm:request_success_total[$__rate_interval]))",
                "{{finished_reason}}",
            ),
            about="Requests per second by why they ended.",
        ),
        lines(
            "Adapters in requests",
            "none",
            Query(
                "count by (instance, running_lora_adapters, max_lora) (vllm:lora_requests_info)",
                "{{instance}} running {{running_lora_adapters}} of {{max_lora}}",
            ),
            about="Adapters that running requests use. The value is 1 per combination; the names are in the legend.",
        ),
        row("Latency"),
        lines(
            "First token",
            "s",
            Query(_quantile(0.5, "time_to_first_token"), "50 %"),
            Query(_quantile(0.95, "time_to_first_token"), "95 %"),
            about="Time from a request to its first token.",
        ),
        lines(
            "Between tokens",
            "s",
            Query(_quantile(0.5, "inter_token_latency"), "50 %"),
            Query(_quantile(0.95, "inter_token_latency"), "95 %"),
            about="Time from one token to the next.",
        ),
        lines(
            "Whole request, and its wait",
            "s",
            Query(_quantile(0.95, "e2e_request_latency"), "whole, 95 %"),
            Query(_quantile(0.95, "request_queue_time"), "in the queue, 95 %"),
            about="Time from a request to its end, and how much of it was spent in the queue.",
        ),
        lines(
            "KV cache and preemptions",
            "short",
            Query("max by (instance) (vllm:kv_cache_usage_perc)", "cache {{instance}}"),
            Query(
                "sum by (instance) (rate(vllm:num_preemptions_total[$__rate_interval]))", "preemptions/s {{instance}}"
            ),
            about="Share of the cache in use (0 to 1), and requests per second that lost their place in it.",
        ),
    )


def _quantile(share: float, histogram: str) -> str:
    return f"histogram_quantile({share}, sum by (le) (rate(vllm:{histogram}_seconds_bucket[$__rate_interval])))"

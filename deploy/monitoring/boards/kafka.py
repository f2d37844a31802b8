"""Consumer lag, dead letters, outboxes, and the health of the services' processes."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from boards.panels import Limit, Query, board, lines, number, row

LAG = 'kafka_consumer_fetch_manager_records_lag{topic=~"whetstone.*"}'


def kafka() -> Dashboard:
    return board(
        "kafka",
        "Kafka and processes",
        "Lag, dead letters and outboxes; memory and processor time of the services.",
        number(
            "Lag",
            "short",
            Query(f"sum({LAG})", "records"),
            about="Records that consumers have not read yet, over all topics.",
            limit=Limit(10000, "orange"),
            width=6,
        ),
        number(
            "Dead letters",
            "none",
            Query("sum(whetstone_dead_letters_total)", "records"),
            about="Records that could not be processed, since the start. ./whetstone dlq list names them.",
            limit=Limit(1),
            width=6,
        ),
        number(
            "Oldest outbox message",
            "s",
            Query("max(whetstone_outbox_oldest_age_seconds)", "oldest"),
            about="How long the oldest message has been waiting for the broker's acknowledgement.",
            limit=Limit(60),
            width=6,
        ),
        number(
            "Spooled events",
            "short",
            Query("max(whetstone_events_spool_waiting)", "events"),
            about="Events that wait for their turn because their tenant sends more than its share.",
            limit=Limit(10000, "orange"),
            width=6,
        ),
        row("Consumers"),
        lines(
            "Lag by topic",
            "short",
            Query(f"sum by (topic) ({LAG})", "{{topic}}"),
            about="Records between the consumer's position and the end of the partition.",
        ),
        lines(
            "Records read",
            "ops",
            Query(
                "sum by (topic) (rate(kafka_consumer_fetch_manager_records_consumed_total"
                '{topic=~"whetstone.*"}[$__rate_interval]))',
                "{{topic}}",
            ),
            about="Records per second that consumers fetched.",
        ),
        lines(
            "Dead letters by code",
            "short",
            Query("sum by (code) (whetstone_dead_letters_total)", "{{code}}"),
            about="Since the start.",
            stacked=True,
        ),
        lines(
            "Repeated events",
            "short",
            Query("sum by (job) (whetstone_inbox_duplicates_total)", "{{job}}"),
            about="Events that were received again with the same body, and had no effect.",
        ),
        lines(
            "Spool",
            "s",
            Query("max(whetstone_events_spool_oldest_age_seconds)", "oldest event"),
            about="Age of the oldest event that waits in the spool.",
        ),
        lines(
            "Events put into the spool",
            "ops",
            Query("sum by (job) (rate(whetstone_events_spooled_total[$__rate_interval]))", "{{job}}"),
            about="Events per second that were put into the spool.",
        ),
        row("Outboxes"),
        lines(
            "Messages that wait",
            "short",
            Query("max by (job) (whetstone_outbox_waiting)", "{{job}}"),
            about="Messages that the broker has not acknowledged.",
        ),
        lines(
            "Messages sent",
            "ops",
            Query("sum by (job) (rate(whetstone_outbox_sent_total[$__rate_interval]))", "{{job}}"),
            about="Messages per second that the broker acknowledged.",
        ),
        row("Processes"),
        lines(
            "Heap in use",
            "bytes",
            Query('sum by (job, instance) (jvm_memory_used_bytes{area="heap"})', "{{job}} {{instance}}"),
            about="Used heap of each instance.",
        ),
        lines(
            "Processor time",
            "percentunit",
            Query("max by (job, instance) (process_cpu_usage)", "{{job}} {{instance}}"),
            about="Share of the machine's processors that each instance uses.",
        ),
        lines(
            "Pauses of the garbage collector",
            "s",
            Query("max by (job, instance) (jvm_gc_pause_seconds_max)", "{{job}} {{instance}}"),
            about="Longest pause of the last minutes.",
        ),
        lines(
            "Instances that answer",
            "none",
            Query("sum by (job) (up)", "{{job}}"),
            about="Instances that Prometheus could scrape.",
        ),
    )

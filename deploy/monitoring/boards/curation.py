"""The curation funnel: fates of events, states of examples, batches, erasures."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from boards.panels import Limit, Query, bars, board, lines, number, row

EVENTS = 'max by (loop, fate, reason) (whetstone_curation_events{loop=~"$loop"})'
REJECTED = 'max by (loop, fate, reason) (whetstone_curation_events{loop=~"$loop", fate="rejected"})'
EXAMPLES = 'max by (loop, state, reason) (whetstone_curation_examples{loop=~"$loop"})'
REASONED = 'max by (loop, state, reason) (whetstone_curation_examples{loop=~"$loop", reason!=""})'
BATCHES = 'max by (loop, state, trigger) (whetstone_curation_batches{loop=~"$loop"})'
STAGES = 'max by (loop, stage) (whetstone_stage_oldest_age_seconds{loop=~"$loop", stage=~"example|cut"})'


def curation() -> Dashboard:
    return board(
        "curation",
        "Curation",
        "What becomes of every event and every example, and which batches were sealed.",
        number("Events", "short", Query(f"sum({EVENTS})", "events"), about="Events of the chosen loops.", width=6),
        number("Examples", "short", Query(f"sum({EXAMPLES})", "examples"), about="Examples of these loops.", width=6),
        number("Batches", "none", Query(f"sum({BATCHES})", "batches"), about="Sealed batches of these loops.", width=6),
        number(
            "Overdue",
            "s",
            Query("max(whetstone_curation_oldest_overdue_seconds)", "overdue"),
            about="How long the most overdue live event has been past its deadline; normally near 0.",
            limit=Limit(300),
            width=6,
        ),
        row("Funnel"),
        bars(
            "Events by fate",
            "short",
            Query(f"sum by (fate) ({EVENTS})", "{{fate}}"),
            about="Every event has exactly one fate: waiting, ready and quarantined are live, the others final.",
        ),
        bars(
            "Examples by form and state",
            "short",
            Query(f"sum by (state) ({EXAMPLES})", "{{state}}"),
            about="What became of the examples that were formed.",
        ),
        lines(
            "Rejected events by reason",
            "short",
            Query(f"sum by (reason) ({REJECTED})", "{{reason}}"),
            about="docs/loop-policy.md explains each reason.",
            stacked=True,
        ),
        lines(
            "Examples with a reason",
            "short",
            Query(f"sum by (state, reason) ({REASONED})", "{{state}} {{reason}}"),
            about="Why examples were dropped or quarantined.",
            stacked=True,
        ),
        row("Batches"),
        lines(
            "Batches by state",
            "none",
            Query(f"sum by (state, trigger) ({BATCHES})", "{{state}} {{trigger}}"),
            about="Sealed batches by state and by what made the seal due.",
        ),
        lines(
            "Verifications of sealed batches",
            "short",
            Query("sum by (outcome) (whetstone_curation_batch_checks_total)", "{{outcome}}"),
            about="Verifications since the start. A mismatch means that stored bytes differ from their manifest.",
        ),
        lines(
            "Age of examples and cuts",
            "s",
            Query(STAGES, "{{stage}} {{loop}}"),
            about="Oldest ready example without a batch, oldest cut without a sealed batch.",
        ),
        lines(
            "Oldest erasure",
            "s",
            Query("max(whetstone_curation_erasures_oldest_age_seconds)", "oldest"),
            Query("max(whetstone_curation_erasures_deadline_seconds)", "deadline"),
            about="Time since the oldest open erasure was requested, and its deadline.",
        ),
        lines(
            "Open erasures",
            "none",
            Query("max(whetstone_curation_erasures_open)", "open"),
            about="Erasures that are not carried out in curation's rows, one for each loop of a request.",
        ),
        loops_of="whetstone_curation_events",
    )

"""One loop from feedback to service: counts, ages, generations."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from boards.panels import Limit, Query, bars, board, lines, marks, number, row

GENERATION = 'max by (loop) (whetstone_eval_champion_generation{loop=~"$loop"})'
EVENTS = 'max by (loop, fate, reason) (whetstone_curation_events{loop=~"$loop"})'
EXAMPLES = 'max by (loop, state, reason) (whetstone_curation_examples{loop=~"$loop"})'
BATCHES = 'max by (loop, state, trigger) (whetstone_curation_batches{loop=~"$loop"})'
AGE = 'max by (stage, loop) (whetstone_stage_oldest_age_seconds{loop=~"$loop"})'
# A promotion raises the generation. Compared with a minute ago, because annotations are asked with a step of a minute.
PROMOTED = f'{GENERATION} > max by (loop) (whetstone_eval_champion_generation{{loop=~"$loop"}} offset 1m)'


def loop() -> Dashboard:
    return board(
        "loop",
        "Loop",
        "From feedback to service: what each loop has, where it waits, and which champion serves.",
        number(
            "Champion's generation",
            "none",
            Query(GENERATION, "{{loop}}"),
            about="Generation of the champion. Each promotion and each rollback is a new one.",
        ),
        number(
            "In service for",
            "s",
            Query('max by (loop) (whetstone_eval_champion_age_seconds{loop=~"$loop"})', "{{loop}}"),
            about="How long the champion has been in service.",
        ),
        number(
            "Oldest work",
            "s",
            Query(f"max({AGE}) or vector(0)", "oldest"),
            about="Age of the oldest item in any stage.",
            limit=Limit(86400, "orange"),
        ),
        number(
            "Overdue events",
            "s",
            Query("max(whetstone_curation_oldest_overdue_seconds)", "overdue"),
            about="How long the most overdue event has been past its deadline; normally near 0.",
            limit=Limit(300),
        ),
        number(
            "Replicas without effect",
            "none",
            Query('max(whetstone_eval_replicas{state="without_effect"})', "replicas"),
            about="Replicas that answer as the base does although an adapter is in service.",
            limit=Limit(1),
        ),
        number(
            "Tainted champions",
            "none",
            Query("sum(max by (deadline) (whetstone_eval_champions_tainted))", "loops"),
            about="Loops whose champion is trained on erased data, before and after the deadline.",
            limit=Limit(1, "orange"),
        ),
        row("From feedback to service"),
        bars(
            "How far it came",
            "short",
            Query(f"sum({EVENTS})", "1 feedback and interactions"),
            Query(f"sum({EXAMPLES})", "2 examples"),
            Query(f"sum({BATCHES})", "3 batches"),
            Query('sum(whetstone_training_runs_total{outcome="succeeded"})', "4 trained (all loops, since start)"),
            Query("sum(whetstone_eval_decisions_total)", "5 judged (all loops, since start)"),
            Query(f"sum({GENERATION})", "6 generations in service"),
            about="Events, examples and batches of the chosen loops now; runs and decisions of all loops since the "
            "instances started; generations of the chosen loops.",
        ),
        lines(
            "Age of every stage",
            "s",
            Query(AGE, "{{stage}} {{loop}}"),
            about="How long the oldest item has been in its stage (docs/metrics.md lists the stages). "
            "A stage in which nothing waits has no curve.",
        ),
        lines(
            "Champion's generation",
            "none",
            Query(GENERATION, "{{loop}}"),
            about="Each step is a promotion or a rollback. Promotions are marked in every panel.",
        ),
        lines(
            "Decisions",
            "short",
            Query("sum by (verdict) (whetstone_eval_decisions_total)", "{{verdict}}"),
            about="Decisions of all loops by verdict since the instances started.",
        ),
        lines(
            "Examples by state",
            "short",
            Query(f"sum by (state) ({EXAMPLES})", "{{state}}"),
            about="Form and state of the chosen loops' examples.",
            stacked=True,
        ),
        lines(
            "Promotions",
            "short",
            Query('sum by (loop) (whetstone_eval_promotions_total{loop=~"$loop"})', "{{loop}}"),
            about="Candidates that were put into service since the instances started.",
        ),
        loops_of="whetstone_curation_events",
    ).annotation(marks("Promotions", PROMOTED, "purple"))

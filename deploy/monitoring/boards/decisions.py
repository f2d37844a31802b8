"""Evaluations, decisions, rollouts, and what the replicas serve."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from boards.panels import Limit, Query, bars, board, lines, number, row

STAGES = (
    'max by (loop, stage) (whetstone_stage_oldest_age_seconds{loop=~"$loop", stage=~"evaluation|approval|rollout"})'
)
DURATION = "whetstone_eval_evaluation_time_seconds"


def decisions() -> Dashboard:
    return board(
        "decisions",
        "Decisions",
        "How candidates are judged and put into service, and whether replicas serve what was decided.",
        number(
            "Decisions",
            "none",
            Query("sum(whetstone_eval_decisions_total)", "decisions"),
            about="Decisions since the start.",
            width=6,
        ),
        number(
            "Mean evaluation",
            "s",
            Query(f"sum({DURATION}_sum) / sum({DURATION}_count)", "mean"),
            about="Mean time from the beginning of an evaluation to its verdict, since the start.",
            width=6,
        ),
        number(
            "Waiting for a person",
            "s",
            Query('max(whetstone_stage_oldest_age_seconds{loop=~"$loop", stage="approval"}) or vector(0)', "oldest"),
            about="How long the oldest decision has been waiting for a person. 0 where none waits.",
            limit=Limit(86400, "orange"),
            width=6,
        ),
        number(
            "Failed rollouts",
            "none",
            Query('sum(whetstone_eval_rollouts_total{outcome=~"failed|rolled_back"})', "rollouts"),
            about="Rollouts that failed or were taken back, since the start.",
            limit=Limit(1),
            width=6,
        ),
        row("Judging"),
        bars(
            "Decisions by verdict",
            "none",
            Query("sum by (verdict) (whetstone_eval_decisions_total)", "{{verdict}}"),
            about="Decisions since the start.",
        ),
        lines(
            "Evaluations under way",
            "none",
            Query("max by (state) (whetstone_eval_unfinished_evaluations)", "{{state}}"),
            about="waiting: for its turn or its inputs; asking: models answer suites.",
            stacked=True,
        ),
        lines(
            "Answers of models",
            "ops",
            Query("sum(rate(whetstone_eval_answers_total[$__rate_interval]))", "answers/s"),
            about="Answers of champion and candidate to suites.",
        ),
        lines(
            "Age of evaluations, approvals and rollouts",
            "s",
            Query(STAGES, "{{stage}} {{loop}}"),
            about="The oldest of each stage.",
        ),
        row("In service"),
        lines(
            "Rollouts that ended",
            "none",
            Query("sum by (outcome) (whetstone_eval_rollouts_total)", "{{outcome}}"),
            about="Since the start. A failed one leaves the champion in service.",
        ),
        lines(
            "Rollouts under way",
            "none",
            Query("max by (state) (whetstone_eval_unfinished_rollouts)", "{{state}}"),
            about="requested, loading the adapter on the replicas, switched but not yet applied.",
            stacked=True,
        ),
        lines(
            "Replicas by state",
            "none",
            Query("max by (state) (whetstone_eval_replicas)", "{{state}}"),
            about="Replicas as last checked. without_effect: it answers as the base although an adapter is in service.",
            stacked=True,
        ),
        lines(
            "Effect probes",
            "short",
            Query("sum by (outcome) (whetstone_eval_probes_total)", "{{outcome}}"),
            about="How replicas answered the probe prompts, since the start.",
        ),
        lines(
            "Tainted champions",
            "none",
            Query("max by (deadline) (whetstone_eval_champions_tainted)", "deadline {{deadline}}"),
            about="Loops whose champion is trained on erased data, by whether the deadline is over.",
        ),
        lines(
            "Likelihoods",
            "short",
            Query("sum by (outcome) (whetstone_eval_likelihoods_total)", "{{outcome}}"),
            about="Evaluations whose likelihoods were requested, by whether they were measured.",
        ),
        loops_of="whetstone_curation_events",
    )

"""Runs, budgets and queues of training; Kueue and the GPUs where they are."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from boards.panels import Limit, Query, board, lines, number, row

STAGES = 'max by (loop, stage) (whetstone_stage_oldest_age_seconds{loop=~"$loop", stage=~"batch|run|queue|candidate"})'
USED = 'max by (loop, budget) (whetstone_training_budget_used{loop=~"$loop"})'
LIMIT = 'max by (loop, budget) (whetstone_training_budget_limit{loop=~"$loop"})'


def training() -> Dashboard:
    return board(
        "training",
        "Training and GPUs",
        "Runs, attempts and budgets; the queue and the GPUs of the cluster.",
        number(
            "Unfinished runs",
            "none",
            Query("max(whetstone_training_live_runs)", "runs"),
            about="Runs that have not ended.",
            width=6,
        ),
        number(
            "No progress for",
            "s",
            Query("max(whetstone_training_progress_oldest_age_seconds)", "oldest"),
            about="Time since the last progress of the running attempt that has made none for longest.",
            limit=Limit(1800),
            width=6,
        ),
        number(
            "Waiting for a start",
            "s",
            Query(
                'max(whetstone_stage_oldest_age_seconds{loop=~"$loop", stage="queue"}) or vector(0)',
                "oldest",
            ),
            about="How long the oldest attempt has been waiting for quota or a slot.",
            limit=Limit(3600, "orange"),
            width=6,
        ),
        number(
            "Largest share of a budget",
            "percentunit",
            Query(f"max({USED} / {LIMIT}) or vector(0)", "used"),
            about="The loop that has used most of one of its daily budgets. 0 where no loop with a limit used any.",
            limit=Limit(0.9, "orange"),
            width=6,
        ),
        row("Runs"),
        lines(
            "Unfinished runs by state",
            "none",
            Query("max by (state) (whetstone_training_unfinished_runs)", "{{state}}"),
            about="waiting: for a budget, a pause or the store; queued: for the start of the worker; running.",
            stacked=True,
        ),
        lines(
            "Ended runs and attempts",
            "short",
            Query("sum by (outcome) (whetstone_training_runs_total)", "run {{outcome}}"),
            Query("sum by (outcome) (whetstone_training_attempts_total)", "attempt {{outcome}}"),
            about="Ended runs, and attempts that ended without a checkpoint, since the start.",
        ),
        lines(
            "Age of batches, runs, queued attempts and candidates",
            "s",
            Query(STAGES, "{{stage}} {{loop}}"),
            about="The oldest of each stage.",
        ),
        lines(
            "Reports of workers",
            "ops",
            Query("sum by (answer) (rate(whetstone_training_reports_total[$__rate_interval]))", "{{answer}}"),
            about="Status reports by their answer.",
        ),
        lines(
            "Budgets, used in 24 hours",
            "short",
            Query(USED, "{{budget}} {{loop}}"),
            about="Runs and GPU seconds that loops used in the last 24 hours.",
        ),
        lines(
            "Scoring jobs",
            "short",
            Query("sum by (outcome) (whetstone_training_scoring_jobs_total)", "{{outcome}}"),
            about="Ended scoring jobs since the start.",
        ),
        lines(
            "Slowest scoring job",
            "s",
            Query("max(whetstone_training_scoring_time_seconds_max)", "slowest"),
            about="From the request of a scoring job to its end; the slowest of the last minutes.",
        ),
        row("Kueue (metrics of kueue-controller-manager)"),
        lines(
            "Pending workloads",
            "none",
            Query("sum by (cluster_queue, status) (kueue_pending_workloads)", "{{cluster_queue}} {{status}}"),
            about="inadmissible: the workload does not fit until something of the cluster changes.",
        ),
        lines(
            "Admitted workloads",
            "none",
            Query("sum by (cluster_queue) (kueue_admitted_active_workloads)", "{{cluster_queue}}"),
            about="Admitted workloads that have not ended.",
        ),
        lines(
            "Wait for admission, 95 %",
            "s",
            Query(
                "histogram_quantile(0.95, sum by (cluster_queue, le) "
                "(rate(kueue_admission_wait_time_seconds_bucket[$__rate_interval])))",
                "{{cluster_queue}}",
            ),
            about="From creation or requeueing of a workload to its admission.",
        ),
        lines(
            "Evicted workloads",
            "short",
            Query("sum by (cluster_queue, reason) (kueue_evicted_workloads_total)", "{{cluster_queue}} {{reason}}"),
            about="Workloads whose quota was taken back. A worker saves a resume point before it ends.",
        ),
        row("GPUs (metrics of dcgm-exporter)"),
        lines(
            "Utilization",
            "percent",
            Query("max by (Hostname, gpu) (DCGM_FI_DEV_GPU_UTIL)", "{{Hostname}} {{gpu}}"),
            about="Share of time in which the GPU was busy.",
        ),
        lines(
            "Memory in use",
            "mbytes",
            Query("max by (Hostname, gpu) (DCGM_FI_DEV_FB_USED)", "{{Hostname}} {{gpu}}"),
            about="Framebuffer memory in use.",
        ),
        lines(
            "Power",
            "watt",
            Query("max by (Hostname, gpu) (DCGM_FI_DEV_POWER_USAGE)", "{{Hostname}} {{gpu}}"),
            about="Power that the GPU draws.",
        ),
        lines(
            "Temperature",
            "celsius",
            Query("max by (Hostname, gpu) (DCGM_FI_DEV_GPU_TEMP)", "{{Hostname}} {{gpu}}"),
            about="Temperature of the GPU.",
        ),
        loops_of="whetstone_curation_events",
    )

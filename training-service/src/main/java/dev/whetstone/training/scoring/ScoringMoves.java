package dev.whetstone.training.scoring;

import dev.whetstone.contracts.event.EventData.ScoringEvent;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.metrics.MeterRegistrar;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.metrics.TrainingMeter;
import dev.whetstone.training.scoring.ScoringJobRepository.StoredJob;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Writes moves of scoring jobs, each in a short transaction, unless the job was moved since it was
 * read. The event that ends a job is queued in the transaction that ends it.
 */
@ApplicationScoped
public class ScoringMoves {
  private static final Logger LOG = Logger.getLogger(ScoringMoves.class);
  private static final String SOURCE = "training";
  private static final int NAMED_ITEMS = 20;

  private final ScoringJobRepository jobs;
  private final EventFactory events;
  private final Outbox outbox;
  private final MeterRegistrar meters;
  private final LeaseClock clock;

  public ScoringMoves(
      ScoringJobRepository jobs,
      EventFactory events,
      Outbox outbox,
      MeterRegistrar meters,
      LeaseClock clock) {
    this.jobs = jobs;
    this.events = events;
    this.outbox = outbox;
    this.meters = meters;
    this.clock = clock;
  }

  boolean save(StoredJob seen, ScoringJob.Unfinished next) {
    return QuarkusTransaction.requiringNew().call(() -> jobs.move(seen, next, null, clock.now()));
  }

  /** Answers the job as it is stored now; empty if it was moved since it was read. */
  Optional<StoredJob> saveWithToken(StoredJob seen, ScoringJob.Launching next, String tokenSha256) {
    return QuarkusTransaction.requiringNew()
        .call(
            () ->
                jobs.move(seen, next, tokenSha256, clock.now())
                    ? jobs.find(next.facts().jobId())
                    : Optional.empty());
  }

  boolean complete(
      StoredJob seen, ScoringJob.Completed completed, ScoresVerifier.Verification.Valid output) {
    ScoringEvent.Requested request = completed.facts().request();
    ScoringEvent.Completed event =
        new ScoringEvent.Completed(
            request.scoringId(),
            request.evaluationId(),
            output.scoresUri(),
            output.scoresSha256(),
            output.manifest().counts(),
            output.manifest().leftOut().stream().limit(NAMED_ITEMS).toList());
    return end(seen, completed, "completed", event);
  }

  boolean fail(StoredJob seen, ScoringJob.Failed failed) {
    ScoringEvent.Requested request = failed.facts().request();
    return end(
        seen,
        failed,
        "failed",
        new ScoringEvent.Failed(
            request.scoringId(), request.evaluationId(), failed.code(), failed.reason()));
  }

  private boolean end(StoredJob seen, ScoringJob ended, String outcome, ScoringEvent event) {
    ScoringJob.Facts facts = ended.facts();
    boolean moved =
        QuarkusTransaction.requiringNew()
            .call(
                () -> {
                  if (!jobs.move(seen, ended, null, clock.now())) {
                    return false;
                  }
                  outbox.add(
                      events.create(
                          "scoring-" + outcome + "-" + facts.jobId(),
                          facts.loop(),
                          SOURCE,
                          facts.jobId(),
                          facts.loop().key(),
                          event));
                  return true;
                });
    if (moved) {
      meters.counter(TrainingMeter.SCORING_JOBS, outcome).increment();
      meters
          .timer(TrainingMeter.SCORING_TIME)
          .record(Duration.between(facts.requestedAt(), clock.now()));
      LOG.infof(
          "scoring-job-ended job=%s outcome=%s reason=%s",
          facts.jobId(), outcome, ended instanceof ScoringJob.Failed failed ? failed.reason() : "");
    }
    return moved;
  }
}

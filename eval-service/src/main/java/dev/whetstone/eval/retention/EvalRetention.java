package dev.whetstone.eval.retention;

import dev.whetstone.eval.decision.EvidenceStore;
import dev.whetstone.eval.retention.ExpiredRowRepository.ExpiredObject;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.work.LeaseManager;
import dev.whetstone.kit.work.ReconcileLoop;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jboss.logging.Logger;

/** Deletes what has expired, in bounded chunks. One instance at a time does so. */
@ApplicationScoped
public class EvalRetention {
  private static final Logger LOG = Logger.getLogger(EvalRetention.class);
  private static final Duration OBSERVATIONS = Duration.ofDays(30);
  private final ExpiredRowRepository rows;
  private final EvidenceStore evidence;
  private final ObjectStore store;
  private final LeaseManager leases;
  private final EvalRetentionConfig config;
  private final Clock clock;
  private final ReconcileLoop reconciling = new ReconcileLoop("retention", LOG);

  public EvalRetention(
      ExpiredRowRepository rows,
      EvidenceStore evidence,
      ObjectStore store,
      LeaseManager leases,
      EvalRetentionConfig config,
      Clock clock) {
    this.rows = rows;
    this.evidence = evidence;
    this.store = store;
    this.leases = leases;
    this.config = config;
    this.clock = clock;
  }

  @Scheduled(
      every = "${whetstone.eval.retention.every}",
      delayed = "${whetstone.eval.retention.every}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void pass() {
    reconciling.pass(() -> leases.run("retention", this::deleteExpired));
  }

  void stop(@Observes ShutdownEvent event) {
    reconciling.stop();
  }

  /** Deletes everything that has expired now. A failure of one kind does not stop the others. */
  void deleteExpired() {
    Instant now = clock.instant();
    int chunk = config.chunk();
    Instant answers = now.minus(config.answers());
    deleteRows("answers", () -> rows.deleteAnswers(answers, chunk));
    deleteRows("likelihoods", () -> rows.deleteLikelihoods(answers, chunk));
    Instant probes = now.minus(config.probes());
    deleteRows("probes", () -> rows.deleteProbes(probes, chunk));
    Instant observations = now.minus(OBSERVATIONS);
    deleteRows("observations", () -> rows.deleteObservations(observations, chunk));
    Instant facts = now.minus(config.decisionFacts());
    deleteRows("facts", () -> rows.trimFacts(facts, chunk));
    deleteRows("revisions", () -> rows.deleteRevisions(config.loopRevisions(), chunk));
    deleteRows("sources", () -> rows.deleteSources(chunk));
    Instant texts = now.minus(config.evidenceTexts());
    deleteObjects(
        "evidence",
        after -> rows.decisionsWithTexts(texts, after, chunk),
        expired -> {
          if (!expired.name().isEmpty()) {
            evidence.deleteTexts(expired.name());
          }
          rows.textsDeleted(expired.id(), now);
        });
    deleteObjects(
        "items",
        after -> rows.evaluationsWithItems(texts, after, chunk),
        expired -> {
          store.delete(ObjectStore.blobKey(expired.name()));
          rows.itemsDeleted(expired.id(), now);
        });
  }

  private void deleteRows(String kind, IntSupplier chunk) {
    reconciling.untilIdle(
        kind,
        () -> {
          int deleted = chunk.getAsInt();
          if (deleted > 0) {
            LOG.infof("expired kind=%s rows=%d", kind, deleted);
          }
          return deleted >= config.chunk();
        });
  }

  /** An object that cannot be deleted now is tried again by the next pass. */
  private void deleteObjects(
      String kind, Function<String, List<ExpiredObject>> chunk, Consumer<ExpiredObject> delete) {
    String[] after = {""};
    reconciling.untilIdle(
        kind,
        () -> {
          List<ExpiredObject> expired = chunk.apply(after[0]);
          for (ExpiredObject one : expired) {
            after[0] = one.id();
            try {
              delete.accept(one);
            } catch (ObjectStoreException e) {
              LOG.warnf("not-deleted kind=%s id=%s reason=%s", kind, one.id(), e.getMessage());
            }
          }
          return expired.size() == config.chunk();
        });
  }
}

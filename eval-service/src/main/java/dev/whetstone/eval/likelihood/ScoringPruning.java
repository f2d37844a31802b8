package dev.whetstone.eval.likelihood;

import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.kit.store.ObjectPage;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.work.ReconcileLoop;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Deletes requests of scoring jobs and their objects some days after they were made. */
@ApplicationScoped
public class ScoringPruning {
  private static final Logger LOG = Logger.getLogger(ScoringPruning.class);
  private static final int PER_PASS = 100;
  private final ScoringRepository scorings;
  private final ObjectStore store;
  private final EvalConfig config;
  private final Clock clock;
  private final ReconcileLoop pruning = new ReconcileLoop("scoring-pruning", LOG);

  public ScoringPruning(
      ScoringRepository scorings, ObjectStore store, EvalConfig config, Clock clock) {
    this.scorings = scorings;
    this.store = store;
    this.config = config;
    this.clock = clock;
  }

  @Scheduled(every = "10m", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void scheduled() {
    pruning.pass(this::prune);
  }

  void stop(@Observes ShutdownEvent event) {
    pruning.stop();
  }

  /** Deletes the objects first, so that a row remains to find them. */
  void prune() {
    for (String id :
        scorings.requestedBefore(clock.instant().minus(config.likelihoodKeep()), PER_PASS)) {
      try (Stream<ObjectPage.Entry> objects = store.list(ScoringRequester.folder(id))) {
        objects.forEach(object -> store.delete(object.key()));
      }
      scorings.delete(id);
    }
  }
}

package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.eval.due.DueLoopReconciler;
import dev.whetstone.eval.due.DueLoopRepository;
import dev.whetstone.eval.due.WorkKind;
import dev.whetstone.eval.erasure.ErasureDeadline;
import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.work.LeaseManager;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Runs the rollouts of the loops that are due. */
@ApplicationScoped
public class RolloutReconciler {
  private static final Logger LOG = Logger.getLogger(RolloutReconciler.class);

  /** A rollout asks a few prompts, an evaluation thousands. */
  private static final int ROLLOUTS_PER_EVALUATION = 4;

  private final DueLoopReconciler reconciler;

  private final RolloutRepository rollouts;
  private final RolloutDriver driver;
  private final ErasureDeadline erasures;
  private final LoopRegistry registry;
  private final Clock clock;

  public RolloutReconciler(
      DueLoopRepository loops,
      RolloutRepository rollouts,
      RolloutDriver driver,
      ErasureDeadline erasures,
      LoopRegistry registry,
      LeaseManager leases,
      EvalConfig config,
      Clock clock) {
    this.rollouts = rollouts;
    this.driver = driver;
    this.erasures = erasures;
    this.registry = registry;
    this.clock = clock;
    this.reconciler =
        new DueLoopReconciler(
            WorkKind.ROLLOUT,
            loops,
            leases,
            ROLLOUTS_PER_EVALUATION * config.concurrentLoops(),
            ROLLOUTS_PER_EVALUATION * config.concurrentLoopsPerTenant(),
            config.retryPause(),
            clock,
            LOG,
            this::work);
  }

  /** Returns when to check the loop again; empty if only news about it can require work. */
  private Optional<Instant> work(LoopId id) {
    Optional<DeclaredLoop> loop = registry.current(id);
    if (loop.isEmpty()) {
      return Optional.empty();
    }
    LoopSpec spec = loop.get().spec();
    driver.drive(loop.get());
    Optional<Instant> erasure = erasures.enforce(spec);
    Optional<Instant> rollout =
        rollouts.underWay(id).stream()
            .map(
                underWay ->
                    RolloutPausePolicy.nextAttempt(
                        underWay.state(), spec.spec().rollout().confirmDeadline(), clock.instant()))
            .min(Comparator.naturalOrder());
    return Stream.of(erasure, rollout).flatMap(Optional::stream).min(Comparator.naturalOrder());
  }

  @Scheduled(
      every = "${whetstone.eval.reconcile-every}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void pass() {
    reconciler.pass();
  }

  void stop(@Observes ShutdownEvent event) {
    reconciler.stop();
  }
}

package dev.whetstone.training.reconcile;

import dev.whetstone.training.attempt.Attempt;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.run.RunRepository;
import dev.whetstone.training.run.RunRepository.StoredRun;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Applies a decision about a run in a short transaction. The rows are locked and read again; when
 * they differ from those that the decision was made on, it is dropped and the next pass decides
 * again. So two reconcilers that decide the same move apply it once.
 */
@ApplicationScoped
public class RunMoveApplier {
  private static final Logger LOG = Logger.getLogger(RunMoveApplier.class);

  private final RunRepository runs;
  private final AttemptRepository attempts;

  public RunMoveApplier(RunRepository runs, AttemptRepository attempts) {
    this.runs = runs;
    this.attempts = attempts;
  }

  /** Applies a move of a run. Answers whether it was applied. */
  public boolean apply(StoredRun seen, Runnable move) {
    return applyIf(
        seen,
        () -> {
          move.run();
          return true;
        });
  }

  /**
   * Applies a move that checks more rows itself.
   *
   * @param move answers whether it was applied; false means that it wrote nothing
   */
  public boolean applyIf(StoredRun seen, BooleanSupplier move) {
    boolean applied =
        QuarkusTransaction.requiringNew().call(() -> isUnchanged(seen) && move.getAsBoolean());
    if (!applied) {
      LOG.debugf("run-move-dropped run=%s", seen.run().identity().runId());
    }
    return applied;
  }

  /**
   * Applies a move of a run's attempt, if the attempt is unchanged too. A report that arrived since
   * changes it.
   */
  public boolean apply(
      StoredRun seen, Attempt.Unfinished attempt, Consumer<Attempt.Unfinished> move) {
    return applyIf(
        seen,
        () -> {
          boolean unchanged =
              attempts
                  .lock(attempt.facts().attemptId())
                  .filter(locked -> locked.attempt().equals(attempt))
                  .isPresent();
          if (unchanged) {
            move.accept(attempt);
          }
          return unchanged;
        });
  }

  private boolean isUnchanged(StoredRun seen) {
    Optional<StoredRun> locked = runs.claim(seen.run().identity().runId());
    return locked.filter(seen::equals).isPresent();
  }
}

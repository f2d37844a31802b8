package dev.whetstone.eval.erasure;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.checkpoint.Checkpoint;
import dev.whetstone.eval.checkpoint.CheckpointRepository;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Takes a champion out of service whose erasure deadline is over. The newest former champion that
 * is neither tainted nor rolled back serves under a new generation; if there is none, the base.
 */
@ApplicationScoped
public class ErasureDeadline {
  private static final Logger LOG = Logger.getLogger(ErasureDeadline.class);
  private final ChampionRepository champions;
  private final CheckpointRepository checkpoints;
  private final Clock clock;

  public ErasureDeadline(
      ChampionRepository champions, CheckpointRepository checkpoints, Clock clock) {
    this.champions = champions;
    this.checkpoints = checkpoints;
    this.clock = clock;
  }

  /**
   * A tainted champion.
   *
   * @param reason why it is tainted
   * @param since when this was first reported
   * @param deadline from which on it may not serve
   */
  public record Tainted(Champion champion, String reason, Instant since, Instant deadline) {}

  /** The loop's champion if it is tainted. */
  public Optional<Tainted> tainted(LoopSpec loop) {
    Optional<Champion> champion = champions.current(loop.id()).filter(one -> !one.isBase());
    return champion
        .flatMap(one -> checkpoints.find(loop.id(), String.valueOf(one.checkpointId())))
        .filter(checkpoint -> checkpoint.taintedAt() != null)
        .map(checkpoint -> tainted(loop, champion.orElseThrow(), checkpoint));
  }

  /**
   * Replaces a tainted champion whose deadline is over.
   *
   * @return the deadline if it is not over yet; empty if there is nothing to wait for
   */
  public Optional<Instant> enforce(LoopSpec loop) {
    Optional<Tainted> tainted = tainted(loop);
    if (tainted.isEmpty()) {
      return Optional.empty();
    }
    if (clock.instant().isBefore(tainted.get().deadline())) {
      return Optional.of(tainted.get().deadline());
    }
    replace(loop, tainted.get());
    return Optional.empty();
  }

  private void replace(LoopSpec loop, Tainted tainted) {
    Champion champion = tainted.champion();
    Champion next =
        champions
            .former(champion)
            .filter(former -> !former.isBase())
            .map(former -> successor(champion, former))
            .orElseGet(
                () ->
                    champion.next(
                        null, null, loop.spec().serving().baseName(), null, clock.instant()));
    boolean replaced = QuarkusTransaction.requiringNew().call(() -> champions.replace(next));
    if (replaced) {
      LOG.warnf(
          "champion-barred loop=%s model=%s tainted=%s deadline=%s successor=%s",
          loop.id(), champion.servedName(), tainted.since(), tainted.deadline(), next.servedName());
    }
  }

  private Champion successor(Champion champion, Champion former) {
    return champion.next(
        former.checkpointId(),
        former.adapterUri(),
        former.servedName(),
        former.decisionId(),
        clock.instant());
  }

  private static Tainted tainted(LoopSpec loop, Champion champion, Checkpoint checkpoint) {
    Instant since = checkpoint.taintedAt();
    if (since == null) {
      throw new IllegalStateException("checkpoint " + checkpoint.id() + " is not tainted");
    }
    return new Tainted(
        champion,
        String.valueOf(checkpoint.tainted()),
        since,
        ErasureDeadlineRule.deadline(loop, since));
  }
}

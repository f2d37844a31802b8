package dev.whetstone.curation.cut;

import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.curation.agenda.LoopAgendaRepository;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.batch.SealRequestRepository;
import dev.whetstone.curation.cut.CutThrottle.Observation;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.PoolCounts;
import dev.whetstone.curation.example.ReadyPoolRepository;
import dev.whetstone.curation.operations.SealBlockers;
import dev.whetstone.curation.seal.SealDecision;
import dev.whetstone.curation.seal.SealReadiness;
import dev.whetstone.curation.seal.SealRule;
import dev.whetstone.kit.loop.DeclaredLoop;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a loop has for its next batch, from counters and the ends of indexes; no example is
 * read.
 */
@ApplicationScoped
public class SealOutlookReader {
  private final BatchRepository batches;
  private final ReadyPoolRepository pools;
  private final LoopAgendaRepository agenda;
  private final SealRequestRepository requests;
  private final SealBlockers blockers;
  private final Clock clock;

  public SealOutlookReader(
      BatchRepository batches,
      ReadyPoolRepository pools,
      LoopAgendaRepository agenda,
      SealRequestRepository requests,
      SealBlockers blockers,
      Clock clock) {
    this.batches = batches;
    this.pools = pools;
    this.agenda = agenda;
    this.requests = requests;
    this.blockers = blockers;
    this.clock = clock;
  }

  /**
   * What a loop has for its next batch, and the seal rule's decision on it.
   *
   * @param obstacle why no batch may be sealed now whatever there is; null without one
   * @param blocker what keeps the next batch from being sealed
   */
  public record Outlook(
      SealReadiness readiness,
      SealDecision decision,
      @Nullable String obstacle,
      SealBlockers.@Nullable Blocker blocker) {
    /** Why a batch is due; null when none is. */
    @Nullable BatchTrigger due() {
      return switch (decision) {
        case SealDecision.Seal(BatchTrigger trigger) -> trigger;
        case SealDecision.Wait _ -> null;
      };
    }
  }

  /** The loop's current outlook; decides nothing. In the caller's transaction. */
  public Outlook outlook(DeclaredLoop loop) {
    return of(loop, counts(loop, ExampleState.READY, ExampleState.CUT), recent(loop), false);
  }

  /** What a cut could take now, without the examples of an open cut. */
  public SealReadiness ready(DeclaredLoop loop) {
    return SealReadiness.of(
        loop.spec(), counts(loop, ExampleState.READY), recent(loop), clock.instant());
  }

  private PoolCounts counts(DeclaredLoop loop, ExampleState... states) {
    Instant from = SealReadiness.recentFrom(clock.instant());
    return pools.counts(loop.id(), from, loop.spec().spec().curation().mustCover(), states);
  }

  private List<Batch> recent(DeclaredLoop loop) {
    return batches.recent(loop.id(), clock.instant().minus(Duration.ofDays(1)));
  }

  /** What one look at a loop sees. */
  record Look(Observation observed, Outlook outlook) {}

  /** Looks at a loop in a transaction of its own. */
  Look look(DeclaredLoop loop) {
    return QuarkusTransaction.requiringNew()
        .call(
            () -> {
              boolean manual = requests.pending(loop.id());
              PoolCounts ready = counts(loop, ExampleState.READY);
              String changes = agenda.fingerprint(loop.id());
              var observed =
                  new Observation(
                      ready.total(),
                      pools.newestFormed(loop.id()),
                      loop.specSha256(),
                      changes,
                      manual);
              return new Look(observed, of(loop, ready, recent(loop), manual));
            });
  }

  /** The outlook with these examples. */
  Outlook of(DeclaredLoop loop, PoolCounts pool, List<Batch> recent, boolean manual) {
    Instant now = clock.instant();
    var readiness = SealReadiness.of(loop.spec(), pool, recent, now);
    String obstacle = manual ? null : SealReadiness.obstacle(loop.spec(), recent, now);
    SealDecision decision = SealRule.decide(readiness.input(loop.spec(), obstacle, manual));
    return new Outlook(readiness, decision, obstacle, blockers.of(loop));
  }
}

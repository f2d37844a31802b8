package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.cut.CutThrottle.Glance;
import dev.whetstone.curation.cut.SealBlockers.Step;
import dev.whetstone.curation.example.CutExampleRepository;
import dev.whetstone.curation.example.CutExampleRepository.Candidate;
import dev.whetstone.curation.example.CutExampleRepository.Pool;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.operations.SafeFaults;
import dev.whetstone.curation.seal.SealDecision;
import dev.whetstone.curation.seal.SealRule;
import dev.whetstone.curation.stage.StandardChains;
import dev.whetstone.kit.loop.DeclaredLoop;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether to cut, and what. It reads in one transaction, thinks in none, and commits in
 * another that first checks that nothing it had read has changed since.
 */
@ApplicationScoped
public class CutDriver {
  private static final Logger LOG = Logger.getLogger(CutDriver.class);

  private final BatchRepository batches;
  private final CutExampleRepository pools;
  private final CutSnapshotReader situations;
  private final SealRequestRepository requests;
  private final CutCommitter commit;
  private final SealBlockers obstacles;
  private final Clock clock;

  /** A loop that gets nothing new for so long is looked over, though no batch is due. */
  private static final Duration QUIET = Duration.ofSeconds(10);

  private final CutThrottle last;

  public CutDriver(
      BatchRepository batches,
      CutExampleRepository pools,
      CutSnapshotReader situations,
      SealRequestRepository requests,
      CutCommitter commit,
      SealBlockers obstacles,
      Clock clock) {
    this.batches = batches;
    this.pools = pools;
    this.situations = situations;
    this.requests = requests;
    this.commit = commit;
    this.obstacles = obstacles;
    this.clock = clock;
    this.last = new CutThrottle(clock);
  }

  /**
   * What a loop has for its next batch, and what the seal rule says of it.
   *
   * @param obstacle what keeps the next batch from being made
   */
  public record Outlook(
      SealReadiness readiness, SealDecision decision, SealBlockers.@Nullable Obstacle obstacle) {}

  /** What came of a decision. */
  private enum Outcome {
    CHANGED,
    /** Nothing to do until something or the time changes. */
    IN_VAIN,
    /** Something came in between; the next round decides. */
    AGAIN
  }

  /** Looks at the loop as it is now, without deciding anything. In the caller's transaction. */
  public Outlook outlook(DeclaredLoop loop) {
    return outlook(
        loop,
        pools.candidates(loop.id(), ExampleState.READY, ExampleState.CUT),
        batches.all(loop.id()),
        false);
  }

  /** What a cut could take now; what an open cut holds already does not count. */
  public SealReadiness ready(DeclaredLoop loop) {
    List<Candidate> ready = pools.candidates(loop.id(), ExampleState.READY);
    return SealReadiness.of(loop.spec(), ready, batches.all(loop.id()), clock.instant());
  }

  /**
   * Cuts if it is time to; once a loop has been quiet for a while, looks at least who of the ready
   * ones must be kept away. Says whether anything changed.
   */
  public boolean cutIfDue(DeclaredLoop loop) {
    try {
      return look(loop);
    } catch (RuntimeException e) {
      obstacles.met(loop, Step.CUT, "no batch can be cut: " + SafeFaults.describe(e));
      throw e;
    }
  }

  private boolean look(DeclaredLoop loop) {
    LoopId id = loop.id();
    Glance glance = QuarkusTransaction.requiringNew().call(() -> glance(loop));
    if (last.same(id, glance)) {
      return false;
    }
    last.saw(id, glance);
    BatchTrigger due = QuarkusTransaction.requiringNew().call(() -> due(loop, glance.manual()));
    if (glance.manual() && due == null) {
      QuarkusTransaction.requiringNew().run(() -> turnDown(loop));
      return false;
    }
    boolean worthALook = due != null || worthLookingOver(id, glance.pool());
    if (!glance.manual() && (!worthALook || last.inVain(id, glance, due))) {
      obstacles.passed(loop, Step.CUT);
      return false;
    }
    SuiteReader.Suites suites = commit.mustWait(id) ? null : suites(loop);
    if (suites == null) {
      return false;
    }
    CutSnapshot read =
        QuarkusTransaction.requiringNew().call(() -> situations.read(loop, glance.manual()));
    Outcome outcome = decide(read, suites);
    obstacles.passed(loop, Step.CUT);
    switch (outcome) {
      case CHANGED -> {}
      case IN_VAIN -> last.wasInVain(id, glance, due);
      case AGAIN -> last.forget(id);
    }
    return outcome == Outcome.CHANGED;
  }

  private void turnDown(DeclaredLoop loop) {
    requests.done(loop.id());
    String message =
        "a seal was asked for, but only %d of %d new train examples were ready"
            .formatted(ready(loop).train(), SealRule.LEAST_TRAIN);
    obstacles.met(loop, Step.REQUEST, message);
  }

  /** The loop's suites; absent, and said in its status, while one cannot be read. */
  private SuiteReader.@Nullable Suites suites(DeclaredLoop loop) {
    try {
      SuiteReader.Suites suites = SuiteReader.read(loop.spec());
      obstacles.passed(loop, Step.SUITES);
      return suites;
    } catch (SuiteReader.SuiteException e) {
      LOG.errorf("cut-waits loop=%s reason=%s", loop.id(), e.getMessage());
      obstacles.met(loop, Step.SUITES, e.getMessage());
      return null;
    }
  }

  private Glance glance(DeclaredLoop loop) {
    Pool pool = pools.pool(loop.id());
    String fingerprint =
        "%s %d %d %s %s"
            .formatted(
                loop.specSha256(),
                pool.count(),
                pool.versions(),
                pool.newest(),
                batches.fingerprint(loop.id()));
    return new Glance(pool, fingerprint, requests.pending(loop.id()), clock.instant());
  }

  /** Why a batch is due; absent when none is. */
  private @Nullable BatchTrigger due(DeclaredLoop loop, boolean manual) {
    List<Candidate> ready = pools.candidates(loop.id(), ExampleState.READY);
    return switch (outlook(loop, ready, batches.all(loop.id()), manual).decision()) {
      case SealDecision.Seal(BatchTrigger trigger) -> trigger;
      case SealDecision.Wait _ -> null;
    };
  }

  private boolean worthLookingOver(LoopId loop, Pool pool) {
    boolean quiet = pool.newest() != null && pool.newest().isBefore(clock.instant().minus(QUIET));
    return quiet && pool.count() >= SealRule.LEAST_TRAIN && !last.lookedOver(loop, pool);
  }

  private Outcome decide(CutSnapshot situation, SuiteReader.Suites suites) {
    DeclaredLoop loop = situation.loop();
    var selection =
        CutSelection.of(
            StandardChains.cut(),
            situation.ready(),
            situation.context(suites),
            situation.spentIds());
    List<Candidate> kept = selection.kept().stream().map(CutSelection.Kept::candidate).toList();
    Outlook after = outlook(loop, kept, situation.batches(), situation.manual());
    LOG.infof(
        "cut-considered %s kept=%d dropped=%d reasons=%s",
        after.readiness().describe(loop.id()),
        selection.kept().size(),
        selection.dropped().size(),
        selection.funnel().reasons());
    obstacles.passed(loop, Step.REQUEST);
    if (situation.manual() && after.decision() instanceof SealDecision.Wait) {
      obstacles.met(loop, Step.REQUEST, tooFewLeft(after.readiness(), selection));
    }
    return switch (after.decision()) {
      case SealDecision.Seal(var trigger) ->
          commit.cut(situation, suites, selection, trigger) ? Outcome.CHANGED : Outcome.AGAIN;
      case SealDecision.Wait _ -> {
        last.lookedOver(loop.id(), situation.ready().size() - selection.lasting().dropped().size());
        yield commit.sift(situation, selection) ? Outcome.CHANGED : Outcome.IN_VAIN;
      }
    };
  }

  private static String tooFewLeft(SealReadiness left, CutSelection selection) {
    String reasons =
        selection.funnel().reasons().entrySet().stream()
            .map(reason -> reason.getKey() + " " + reason.getValue())
            .collect(Collectors.joining(", "));
    return "a seal was asked for, but %d of %d new train examples were left: %s"
        .formatted(left.train(), SealRule.LEAST_TRAIN, reasons);
  }

  private Outlook outlook(
      DeclaredLoop loop, Collection<Candidate> candidates, List<Batch> sealed, boolean manual) {
    Instant now = clock.instant();
    var readiness = SealReadiness.of(loop.spec(), candidates, sealed, now);
    String budget = manual ? null : SealReadiness.obstacle(loop.spec(), sealed, now);
    SealDecision decision = SealRule.decide(readiness.input(loop.spec(), budget, manual));
    return new Outlook(readiness, decision, obstacles.of(loop));
  }
}

package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.batch.SealRequestRepository;
import dev.whetstone.curation.chain.CutChain;
import dev.whetstone.curation.cut.CutThrottle.Observation;
import dev.whetstone.curation.cut.SealBlockers.Step;
import dev.whetstone.curation.example.CutExampleRepository;
import dev.whetstone.curation.example.CutExampleRepository.Candidate;
import dev.whetstone.curation.example.CutExampleRepository.Pool;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.feature.ExampleFeatures;
import dev.whetstone.curation.operations.SafeFaults;
import dev.whetstone.curation.seal.SealDecision;
import dev.whetstone.curation.seal.SealRule;
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
 * Decides whether and what to cut. It reads in one transaction, computes outside any, and commits
 * in another one that first checks that nothing it read has changed since.
 */
@ApplicationScoped
public class CutDriver {
  private static final Logger LOG = Logger.getLogger(CutDriver.class);

  private final CutChain chain;
  private final CutFeatureStore features;
  private final BatchRepository batches;
  private final CutExampleRepository pools;
  private final CutSnapshotReader snapshots;
  private final SealRequestRepository requests;
  private final CutCommitter committer;
  private final SealBlockers blockers;
  private final Clock clock;

  /** A loop without new examples for this long is reviewed although no batch is due. */
  private static final Duration QUIET = Duration.ofSeconds(10);

  private final CutThrottle throttle;

  public CutDriver(
      CutChain chain,
      CutFeatureStore features,
      BatchRepository batches,
      CutExampleRepository pools,
      CutSnapshotReader snapshots,
      SealRequestRepository requests,
      CutCommitter committer,
      SealBlockers blockers,
      Clock clock) {
    this.chain = chain;
    this.features = features;
    this.batches = batches;
    this.pools = pools;
    this.snapshots = snapshots;
    this.requests = requests;
    this.committer = committer;
    this.blockers = blockers;
    this.clock = clock;
    this.throttle = new CutThrottle(clock);
  }

  /**
   * What a loop has for its next batch, and the seal rule's decision on it.
   *
   * @param blocker what keeps the next batch from being sealed
   */
  public record Outlook(
      SealReadiness readiness, SealDecision decision, SealBlockers.@Nullable Blocker blocker) {}

  /** Result of a decision. */
  private enum Outcome {
    CHANGED,
    /** Nothing to do until the rows change or time passes. */
    NOTHING_DONE,
    /** Rows changed meanwhile; the next round decides. */
    AGAIN
  }

  /** The loop's current outlook; decides nothing. In the caller's transaction. */
  public Outlook outlook(DeclaredLoop loop) {
    return outlook(
        loop,
        pools.candidates(loop.id(), ExampleState.READY, ExampleState.CUT),
        batches.all(loop.id()),
        false);
  }

  /** What a cut could take now, without the examples of an open cut. */
  public SealReadiness ready(DeclaredLoop loop) {
    List<Candidate> ready = pools.candidates(loop.id(), ExampleState.READY);
    return SealReadiness.of(loop.spec(), ready, batches.all(loop.id()), clock.instant());
  }

  /**
   * Cuts a batch if one is due. For a loop that has been quiet for a while, runs the chain anyway
   * to drop the examples that no batch may hold.
   *
   * @return whether anything changed
   */
  public boolean cutIfDue(DeclaredLoop loop) {
    try {
      return cutUnlessThrottled(loop);
    } catch (RuntimeException e) {
      blockers.met(loop, Step.CUT, "no batch can be cut: " + SafeFaults.describe(e));
      throw e;
    }
  }

  private boolean cutUnlessThrottled(DeclaredLoop loop) {
    if (loop.isPaused()) {
      return false;
    }
    LoopId id = loop.id();
    Observation observed = QuarkusTransaction.requiringNew().call(() -> observe(loop));
    if (throttle.unchanged(id, observed)) {
      return false;
    }
    throttle.observed(id, observed);
    BatchTrigger due = QuarkusTransaction.requiringNew().call(() -> due(loop, observed.manual()));
    if (observed.manual() && due == null) {
      QuarkusTransaction.requiringNew().run(() -> turnDown(loop));
      return false;
    }
    boolean worthCutting = due != null || worthReviewing(id, observed.pool());
    if (!observed.manual() && (!worthCutting || throttle.wasFruitless(id, observed, due))) {
      blockers.passed(loop, Step.CUT);
      return false;
    }
    SuiteReader.Suites suites = committer.mustWait(id) ? null : suites(loop);
    if (suites == null) {
      return false;
    }
    CutSnapshot read =
        QuarkusTransaction.requiringNew().call(() -> snapshots.read(loop, observed.manual()));
    Outcome outcome = decide(read, suites);
    blockers.passed(loop, Step.CUT);
    switch (outcome) {
      case CHANGED -> {}
      case NOTHING_DONE -> throttle.fruitless(id, observed, due);
      case AGAIN -> throttle.forget(id);
    }
    return outcome == Outcome.CHANGED;
  }

  private void turnDown(DeclaredLoop loop) {
    requests.done(loop.id());
    String message =
        "a seal was requested, but only %d of %d new train examples were ready"
            .formatted(ready(loop).train(), SealRule.LEAST_TRAIN);
    blockers.met(loop, Step.REQUEST, message);
  }

  /** The loop's suites; null while one cannot be read, which the loop's status then shows. */
  private SuiteReader.@Nullable Suites suites(DeclaredLoop loop) {
    try {
      SuiteReader.Suites suites = SuiteReader.read(loop.spec());
      blockers.passed(loop, Step.SUITES);
      return suites;
    } catch (SuiteReader.SuiteException e) {
      LOG.errorf("cut-waits loop=%s reason=%s", loop.id(), e.getMessage());
      blockers.met(loop, Step.SUITES, e.getMessage());
      return null;
    }
  }

  private Observation observe(DeclaredLoop loop) {
    Pool pool = pools.pool(loop.id());
    String fingerprint =
        "%s %d %d %s %s"
            .formatted(
                loop.specSha256(),
                pool.count(),
                pool.versions(),
                pool.newest(),
                batches.fingerprint(loop.id()));
    return new Observation(pool, fingerprint, requests.pending(loop.id()), clock.instant());
  }

  /** Why a batch is due; absent when none is. */
  private @Nullable BatchTrigger due(DeclaredLoop loop, boolean manual) {
    List<Candidate> ready = pools.candidates(loop.id(), ExampleState.READY);
    return switch (outlook(loop, ready, batches.all(loop.id()), manual).decision()) {
      case SealDecision.Seal(BatchTrigger trigger) -> trigger;
      case SealDecision.Wait _ -> null;
    };
  }

  private boolean worthReviewing(LoopId loop, Pool pool) {
    boolean quiet = pool.newest() != null && pool.newest().isBefore(clock.instant().minus(QUIET));
    return quiet && pool.count() >= SealRule.LEAST_TRAIN && !throttle.reviewedRecently(loop, pool);
  }

  private Outcome decide(CutSnapshot snapshot, SuiteReader.Suites suites) {
    DeclaredLoop loop = snapshot.loop();
    ExampleFeatures used = features.read(snapshot);
    var selection =
        CutSelection.of(
            chain, snapshot.ready(), snapshot.context(suites, used), snapshot.spentIds());
    features.record(snapshot, used);
    List<Candidate> kept = selection.kept().stream().map(CutSelection.Kept::candidate).toList();
    Outlook after = outlook(loop, kept, snapshot.batches(), snapshot.manual());
    LOG.infof(
        "cut-considered %s kept=%d dropped=%d reasons=%s",
        after.readiness().describe(loop.id()),
        selection.kept().size(),
        selection.dropped().size(),
        selection.funnel().reasons());
    blockers.passed(loop, Step.REQUEST);
    if (snapshot.manual() && after.decision() instanceof SealDecision.Wait) {
      blockers.met(loop, Step.REQUEST, tooFewLeft(after.readiness(), selection));
    }
    return switch (after.decision()) {
      case SealDecision.Seal(var trigger) ->
          committer.cut(snapshot, suites, selection, trigger) ? Outcome.CHANGED : Outcome.AGAIN;
      case SealDecision.Wait _ -> {
        throttle.reviewed(
            loop.id(), snapshot.ready().size() - selection.lasting().dropped().size());
        yield committer.sift(snapshot, selection) ? Outcome.CHANGED : Outcome.NOTHING_DONE;
      }
    };
  }

  private static String tooFewLeft(SealReadiness left, CutSelection selection) {
    String reasons =
        selection.funnel().reasons().entrySet().stream()
            .map(reason -> reason.getKey() + " " + reason.getValue())
            .collect(Collectors.joining(", "));
    return "a seal was requested, but only %d of %d new train examples were left: %s"
        .formatted(left.train(), SealRule.LEAST_TRAIN, reasons);
  }

  private Outlook outlook(
      DeclaredLoop loop, Collection<Candidate> candidates, List<Batch> sealed, boolean manual) {
    Instant now = clock.instant();
    var readiness = SealReadiness.of(loop.spec(), candidates, sealed, now);
    String budget = manual ? null : SealReadiness.obstacle(loop.spec(), sealed, now);
    SealDecision decision = SealRule.decide(readiness.input(loop.spec(), budget, manual));
    return new Outlook(readiness, decision, blockers.of(loop));
  }
}

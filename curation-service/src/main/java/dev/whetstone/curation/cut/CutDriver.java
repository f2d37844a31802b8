package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.curation.batch.SealRequestRepository;
import dev.whetstone.curation.chain.CutChain;
import dev.whetstone.curation.cut.CutThrottle.Observation;
import dev.whetstone.curation.cut.SealOutlookReader.Look;
import dev.whetstone.curation.cut.SealOutlookReader.Outlook;
import dev.whetstone.curation.example.CutExampleRepository.Candidate;
import dev.whetstone.curation.example.PoolCounts;
import dev.whetstone.curation.feature.ExampleFeatures;
import dev.whetstone.curation.operations.SafeFaults;
import dev.whetstone.curation.operations.SealBlockers;
import dev.whetstone.curation.operations.SealBlockers.Step;
import dev.whetstone.curation.seal.SealDecision;
import dev.whetstone.curation.seal.SealReadiness;
import dev.whetstone.curation.seal.SealRule;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.store.ArtifactResolver;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether and what to cut. Whether a batch is due is answered from counters; examples are
 * read only for a cut or a review, within the {@link CutLimits}. It reads in one transaction,
 * computes outside any, and commits in another one that leaves out what has changed since.
 */
@ApplicationScoped
public class CutDriver {
  private static final Logger LOG = Logger.getLogger(CutDriver.class);

  /** A loop without new examples for this long is reviewed although no batch is due. */
  private static final Duration QUIET = Duration.ofSeconds(10);

  /** A loop that something blocks is looked at again after this time. */
  private static final Duration BLOCKED_INTERVAL = Duration.ofSeconds(5);

  /** A window of examples is settled when a cut would drop fewer than one in so many for good. */
  private static final int SETTLED = 10;

  private final CutChain chain;
  private final CutFeatureStore features;
  private final SealOutlookReader outlooks;
  private final CutSnapshotReader snapshots;
  private final SealRequestRepository requests;
  private final CutCommitter committer;
  private final SealBlockers blockers;
  private final ArtifactResolver artifacts;
  private final Clock clock;
  private final CutThrottle throttle;

  public CutDriver(
      CutChain chain,
      CutFeatureStore features,
      SealOutlookReader outlooks,
      CutSnapshotReader snapshots,
      SealRequestRepository requests,
      CutCommitter committer,
      SealBlockers blockers,
      ArtifactResolver artifacts,
      Clock clock) {
    this.chain = chain;
    this.features = features;
    this.outlooks = outlooks;
    this.snapshots = snapshots;
    this.requests = requests;
    this.committer = committer;
    this.blockers = blockers;
    this.artifacts = artifacts;
    this.clock = clock;
    this.throttle = new CutThrottle(clock);
  }

  /** Result of a decision. */
  private enum Outcome {
    CHANGED,
    /** Nothing to do until the rows change or time passes. */
    NOTHING_DONE,
    /** Something else has to be done first; the next round decides. */
    AGAIN
  }

  /**
   * Cuts a batch if one is due. For a loop that has been quiet for a while, runs the chain anyway
   * to drop the examples that no batch may hold.
   *
   * @return whether anything changed
   */
  public boolean cutIfDue(DeclaredLoop loop) {
    try {
      return cutUnlessFruitless(loop);
    } catch (RuntimeException e) {
      blockers.met(loop, Step.CUT, "no batch can be cut: " + SafeFaults.describe(e));
      throw e;
    }
  }

  private boolean cutUnlessFruitless(DeclaredLoop loop) {
    if (loop.isPaused()) {
      return false;
    }
    LoopId id = loop.id();
    Look look = outlooks.look(loop);
    Observation observed = look.observed();
    BatchTrigger due = look.outlook().due();
    if (observed.manual() && due == null) {
      QuarkusTransaction.requiringNew().run(() -> turnDown(loop));
      return false;
    }
    boolean worthCutting = due != null || worthReviewing(id, observed);
    boolean fruitless = throttle.fruitlessUntil(id, observed, due) != null;
    if (!observed.manual() && (!worthCutting || fruitless)) {
      blockers.passed(loop, Step.CUT);
      return false;
    }
    SuiteReader.Suites suites = committer.mustWait(id) ? null : suites(loop);
    if (suites == null) {
      return false;
    }
    CutSnapshot read =
        QuarkusTransaction.requiringNew().call(() -> snapshots.read(loop, observed.manual()));
    Outcome outcome = decide(read, suites, observed.ready(), due);
    blockers.passed(loop, Step.CUT);
    if (outcome == Outcome.NOTHING_DONE) {
      throttle.fruitless(id, observed, due);
    }
    return outcome == Outcome.CHANGED;
  }

  /**
   * When to look at the loop again although nothing changes: what waits becomes old enough, the
   * budget or an undecided batch no longer stands in the way, or a quiet loop is to be reviewed.
   *
   * @return {@link Instant#MAX} when only news can bring anything
   */
  public Instant nextLook(DeclaredLoop loop) {
    Instant now = clock.instant();
    boolean open = committer.mustWait(loop.id());
    Look look = outlooks.look(loop);
    Observation observed = look.observed();
    if (open || observed.manual()) {
      return now;
    }
    if (observed.ready() < SealRule.LEAST_TRAIN) {
      return Instant.MAX;
    }
    Outlook outlook = look.outlook();
    Duration maxAge = loop.spec().spec().curation().seal().maxAge();
    Instant aged = now.minus(outlook.readiness().oldestWaiting()).plus(maxAge);
    return Stream.of(
            aged.isAfter(now) ? aged : Instant.MAX,
            outlook.blocker() == null ? Instant.MAX : now.plus(BLOCKED_INTERVAL),
            outlook.obstacle() == null ? Instant.MAX : now.plus(CutThrottle.RETRY_INTERVAL),
            outlook.due() == null
                ? nextReview(loop.id(), observed)
                : orNow(throttle.fruitlessUntil(loop.id(), observed, outlook.due()), now))
        .min(Instant::compareTo)
        .orElseThrow();
  }

  private Instant nextReview(LoopId loop, Observation observed) {
    Instant now = clock.instant();
    Instant quiet = Objects.requireNonNull(observed.newest()).plus(QUIET);
    Instant reviewed = throttle.reviewedUntil(loop, observed);
    if (quiet.isAfter(now)) {
      return quiet;
    }
    Instant fruitless = orNow(throttle.fruitlessUntil(loop, observed, null), now);
    return reviewed == null || fruitless.isAfter(reviewed) ? fruitless : reviewed;
  }

  private static Instant orNow(@Nullable Instant until, Instant now) {
    return until == null ? now : until;
  }

  private void turnDown(DeclaredLoop loop) {
    requests.done(loop.id());
    String message =
        "a seal was requested, but only %d of %d new train examples were ready"
            .formatted(outlooks.ready(loop).train(), SealRule.LEAST_TRAIN);
    blockers.met(loop, Step.REQUEST, message);
  }

  /** The loop's suites; null while one cannot be read, which the loop's status then shows. */
  private SuiteReader.@Nullable Suites suites(DeclaredLoop loop) {
    try {
      SuiteReader.Suites suites = SuiteReader.read(artifacts, loop.spec());
      blockers.passed(loop, Step.SUITES);
      return suites;
    } catch (SuiteReader.SuiteException e) {
      LOG.errorf("cut-waits loop=%s reason=%s", loop.id(), e.getMessage());
      blockers.met(loop, Step.SUITES, e.getMessage());
      return null;
    }
  }

  private boolean worthReviewing(LoopId loop, Observation observed) {
    Instant newest = observed.newest();
    boolean quiet = newest != null && newest.isBefore(clock.instant().minus(QUIET));
    return quiet
        && observed.ready() >= SealRule.LEAST_TRAIN
        && throttle.reviewedUntil(loop, observed) == null;
  }

  private Outcome decide(
      CutSnapshot snapshot, SuiteReader.Suites suites, int ready, @Nullable BatchTrigger due) {
    DeclaredLoop loop = snapshot.loop();
    ExampleFeatures used = features.read(snapshot);
    var selection =
        CutSelection.of(
            chain, snapshot.ready(), snapshot.context(suites, used), snapshot.spentIds());
    features.record(snapshot, used);
    Outlook after = outlooks.of(loop, kept(selection), snapshot.recent(), snapshot.manual());
    LOG.infof(
        "cut-considered %s complete=%s kept=%d dropped=%d reasons=%s",
        after.readiness().describe(loop.id()),
        snapshot.complete(),
        selection.kept().size(),
        selection.dropped().size(),
        selection.funnel().reasons());
    blockers.passed(loop, Step.REQUEST);
    if (snapshot.manual() && after.decision() instanceof SealDecision.Wait) {
      blockers.met(loop, Step.REQUEST, tooFewLeft(after.readiness(), selection));
    }
    BatchTrigger trigger = trigger(snapshot, selection, after, due);
    if (trigger != null) {
      return committer.cut(snapshot, suites, selection, trigger) ? Outcome.CHANGED : Outcome.AGAIN;
    }
    throttle.reviewed(loop.id(), ready - selection.lasting().dropped().size());
    return committer.sift(snapshot, selection) ? Outcome.CHANGED : Outcome.NOTHING_DONE;
  }

  private PoolCounts kept(CutSelection selection) {
    List<Candidate> kept = selection.kept().stream().map(CutSelection.Kept::candidate).toList();
    return PoolCounts.of(kept, SealReadiness.recentFrom(clock.instant()));
  }

  /**
   * Why the selection is sealed; null when it is not. Where more waits than one cut takes, the loop
   * has enough although this part of it need not: it is sealed as it is once hardly anything in it
   * is dropped, otherwise the drops make room for others first.
   */
  private static @Nullable BatchTrigger trigger(
      CutSnapshot snapshot, CutSelection selection, Outlook after, @Nullable BatchTrigger due) {
    boolean settled = selection.lasting().dropped().size() * SETTLED < snapshot.ready().size();
    boolean part = !snapshot.complete() && settled;
    boolean enough = after.readiness().train() >= SealRule.LEAST_TRAIN;
    return after.due() == null && part && enough ? due : after.due();
  }

  private static String tooFewLeft(SealReadiness left, CutSelection selection) {
    String reasons =
        selection.funnel().reasons().entrySet().stream()
            .map(reason -> reason.getKey() + " " + reason.getValue())
            .collect(Collectors.joining(", "));
    return "a seal was requested, but only %d of %d new train examples were left: %s"
        .formatted(left.train(), SealRule.LEAST_TRAIN, reasons);
  }
}

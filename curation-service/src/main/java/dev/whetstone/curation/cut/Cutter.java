package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.FindingReported.WeakSlice;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchState;
import dev.whetstone.curation.batch.Batches;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.Example;
import dev.whetstone.curation.chain.InteractionStatistics;
import dev.whetstone.curation.chain.Texts;
import dev.whetstone.curation.example.CutExamples;
import dev.whetstone.curation.example.CutExamples.Candidate;
import dev.whetstone.curation.example.CutExamples.Pool;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.Examples;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.join.Interactions;
import dev.whetstone.curation.policy.StandardChains;
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
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether to cut, and what. It reads in one transaction, thinks in none, and commits in
 * another that first checks that nothing it had read has changed since.
 */
@ApplicationScoped
public class Cutter {
  private static final Logger LOG = Logger.getLogger(Cutter.class);

  /** So many of the newest interactions tell what wording is common. */
  private static final int INTERACTIONS_LOOKED_AT = 20_000;

  private final Batches batches;
  private final Examples examples;
  private final CutExamples pools;
  private final Interactions interactions;
  private final Findings findings;
  private final SealRequests requests;
  private final Commit commit;
  private final Clock clock;

  /** A loop that gets nothing new for so long is looked over, though no batch is due. */
  private static final Duration QUIET = Duration.ofSeconds(10);

  /** A loop in which nothing changed is looked at again after this, for its deadlines' sake. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

  /** The ready rows that were last considered in vain; only saves work, and starts empty. */
  private final Map<LoopId, String> considered = new ConcurrentHashMap<>();

  /** What the last round saw; only saves work, too. */
  private final Map<LoopId, Glance> looked = new ConcurrentHashMap<>();

  public Cutter(
      Batches batches,
      Examples examples,
      CutExamples pools,
      Interactions interactions,
      Findings findings,
      SealRequests requests,
      Commit commit,
      Clock clock) {
    this.batches = batches;
    this.examples = examples;
    this.pools = pools;
    this.interactions = interactions;
    this.findings = findings;
    this.requests = requests;
    this.commit = commit;
    this.clock = clock;
  }

  /** All that a decision looks at, read in one transaction. */
  record Situation(
      DeclaredLoop loop,
      List<StoredExample> ready,
      List<StoredExample> quarantined,
      List<Batch> batches,
      List<StoredExample> sealedBefore,
      List<WeakSlice> findings,
      List<String> prompts,
      boolean manual) {}

  /** What a loop has for its next batch, and what the seal rule says of it. */
  public record Outlook(Readiness readiness, SealDecision decision) {}

  /** Looks at the loop as it is now, without deciding anything. In the caller's transaction. */
  public Outlook outlook(DeclaredLoop loop) {
    return outlook(
        loop,
        pools.candidates(loop.id(), ExampleState.READY, ExampleState.CUT),
        batches.all(loop.id()),
        false);
  }

  /**
   * Cuts if it is time to; once a loop has been quiet for a while, looks at least who of the ready
   * ones must be kept away. Says whether anything changed.
   */
  public boolean cutIfDue(DeclaredLoop loop) {
    Glance glance = QuarkusTransaction.requiringNew().call(() -> glance(loop));
    if (glance.sameAs(looked.get(loop.id()), clock.instant())) {
      return false;
    }
    looked.put(loop.id(), glance);
    boolean due = QuarkusTransaction.requiringNew().call(() -> due(loop, glance.manual()));
    if (glance.manual() && !due) {
      QuarkusTransaction.requiringNew().run(() -> requests.done(loop.id()));
      return false;
    }
    boolean known = glance.fingerprint().equals(considered.get(loop.id()));
    boolean quiet = quiet(glance.pool());
    if (!glance.manual() && (known || !(due || quiet))) {
      return false;
    }
    Situation situation = QuarkusTransaction.requiringNew().call(() -> read(loop, glance.manual()));
    boolean changed = decide(situation);
    if (!changed) {
      considered.put(loop.id(), glance.fingerprint());
    }
    return changed;
  }

  /** What is read of a loop on every round; {@code fingerprint} differs when anything changed. */
  private record Glance(Pool pool, String fingerprint, boolean manual, Instant at) {
    /** Nothing to do but to watch the time go by, which is done less often. */
    boolean sameAs(@Nullable Glance last, Instant now) {
      return last != null
          && !manual
          && fingerprint.equals(last.fingerprint)
          && now.isBefore(last.at.plus(LOOK_AGAIN));
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

  private boolean due(DeclaredLoop loop, boolean manual) {
    List<Candidate> ready = pools.candidates(loop.id(), ExampleState.READY);
    return outlook(loop, ready, batches.all(loop.id()), manual).decision()
        instanceof SealDecision.Seal;
  }

  private boolean quiet(Pool pool) {
    return pool.count() >= SealRule.LEAST_TRAIN
        && pool.newest() != null
        && pool.newest().isBefore(clock.instant().minus(QUIET));
  }

  private boolean decide(Situation situation) {
    DeclaredLoop loop = situation.loop();
    SuiteReader.Suites suites;
    try {
      suites = SuiteReader.read(loop.spec());
    } catch (SuiteReader.SuiteException e) {
      LOG.errorf("cut-waits loop=%s reason=%s", loop.id(), e.getMessage());
      return false;
    }
    var selection =
        Selection.of(StandardChains.cut(), situation.ready(), context(situation, suites));
    List<Candidate> kept = selection.kept().stream().map(Cutter::candidate).toList();
    Outlook after = outlook(loop, kept, situation.batches(), situation.manual());
    LOG.infof(
        "cut-considered %s kept=%d dropped=%d reasons=%s",
        after.readiness().describe(loop.id()),
        selection.kept().size(),
        selection.dropped().size(),
        selection.funnel().reasons());
    return switch (after.decision()) {
      case SealDecision.Seal(var trigger) -> commit.cut(situation, suites, selection, trigger);
      case SealDecision.Wait _ -> commit.sift(situation, selection);
    };
  }

  private CutContext context(Situation situation, SuiteReader.Suites suites) {
    return new CutContext(
        situation.loop().spec(),
        bodies(situation.sealedBefore()),
        suites.items(),
        InteractionStatistics.ofPrompts(situation.prompts()),
        bodies(situation.quarantined()),
        situation.findings(),
        situation.loop().spec().spec().training().seed());
  }

  private Situation read(DeclaredLoop loop, boolean manual) {
    List<Batch> sealed = batches.all(loop.id());
    Instant newest = sealed.isEmpty() ? null : sealed.getLast().sealedAt();
    return new Situation(
        loop,
        examples.in(loop.id(), ExampleState.READY),
        examples.in(loop.id(), ExampleState.QUARANTINED),
        sealed,
        pools.inBatches(
            loop.id(), List.of(BatchState.PENDING.wireName(), BatchState.ADOPTED.wireName())),
        findings.since(loop.id(), newest),
        interactions.newest(loop.id(), INTERACTIONS_LOOKED_AT).stream()
            .map(interaction -> Texts.prompt(interaction.request().messages()))
            .toList(),
        manual);
  }

  private Outlook outlook(
      DeclaredLoop loop, Collection<Candidate> candidates, List<Batch> sealed, boolean manual) {
    Instant now = clock.instant();
    var readiness = Readiness.of(loop.spec(), candidates, sealed, now);
    boolean allowed = manual || Readiness.budgetAllows(loop.spec(), sealed, now);
    return new Outlook(readiness, SealRule.decide(readiness.input(loop.spec(), allowed, manual)));
  }

  private static Candidate candidate(Selection.Kept kept) {
    var provenance = kept.example().provenance();
    return new Candidate(
        kept.row().rowId(),
        kept.row().version(),
        kept.example().form(),
        provenance.split(),
        provenance.receivedAt(),
        provenance.tags());
  }

  private static List<Example> bodies(Collection<StoredExample> rows) {
    return rows.stream().map(StoredExample::example).filter(Objects::nonNull).toList();
  }
}

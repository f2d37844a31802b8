package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.batch.SealRequestRepository;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.cut.AdmissionCountReader.RowVerdict;
import dev.whetstone.curation.cut.Cut.Judged;
import dev.whetstone.curation.erasure.ErasureRepository;
import dev.whetstone.curation.example.CutExampleRepository;
import dev.whetstone.curation.example.CutExampleRepository.Verdict;
import dev.whetstone.curation.example.EventFateUpdater;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.ReadyPoolRepository;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.seal.SealRule;
import dev.whetstone.curation.tombstone.TombstoneRepository;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Commits the result of a selection for the rows that have not changed since they were read. Rows
 * that changed stay for the next cut, so that a loop under constant traffic is cut all the same.
 */
@ApplicationScoped
public class CutCommitter {
  private static final Logger LOG = Logger.getLogger(CutCommitter.class);
  private final BatchRepository batches;
  private final CutExampleRepository examples;
  private final ReadyPoolRepository pools;
  private final EventFateUpdater fates;
  private final TombstoneRepository tombstones;
  private final ErasureRepository erasures;
  private final SealRequestRepository requests;
  private final AdmissionCountReader admissions;
  private final Clock clock;

  public CutCommitter(
      BatchRepository batches,
      CutExampleRepository examples,
      ReadyPoolRepository pools,
      EventFateUpdater fates,
      TombstoneRepository tombstones,
      ErasureRepository erasures,
      SealRequestRepository requests,
      AdmissionCountReader admissions,
      Clock clock) {
    this.batches = batches;
    this.examples = examples;
    this.pools = pools;
    this.fates = fates;
    this.tombstones = tombstones;
    this.erasures = erasures;
    this.requests = requests;
    this.admissions = admissions;
    this.clock = clock;
  }

  /** Whether no cut can be committed now: an erasure or another cut is open. */
  boolean mustWait(LoopId loop) {
    return QuarkusTransaction.requiringNew().call(() -> erasures.anyOpen(loop) || openCut(loop));
  }

  /**
   * Commits a cut; false when another one or too few unchanged rows are in the way, so that the
   * next round decides again. An erasure that arrived meanwhile is carried out first: a cut must
   * not hold what it covers.
   */
  boolean cut(
      CutSnapshot snapshot,
      SuiteReader.Suites suites,
      CutSelection computed,
      BatchTrigger trigger) {
    return QuarkusTransaction.requiringNew()
        .call(
            () -> {
              LoopId loop = snapshot.loop().id();
              tombstones.lock(List.of(loop), List.of());
              if (erasures.anyOpen(loop) || openCut(loop) || overtaken(snapshot)) {
                return false;
              }
              CutSelection selection = unchanged(snapshot, computed);
              if (selection.kept().stream().filter(TRAIN).count() < SealRule.LEAST_TRAIN) {
                return false;
              }
              long last = admissions.lastArrival(loop);
              Cut cut = cut(snapshot, suites, selection, trigger, tombstones.ledger(loop), last);
              byte[] body = Json.canonical(cut);
              String cutId = ContentDigests.sha256(body);
              insert(cut, cutId, body, BatchFiles.of(cut, rows(selection).values()).keys(), last);
              examples.take(cutId, rows(selection));
              drop(snapshot, selection, cutId);
              requests.done(loop);
              return true;
            });
  }

  /**
   * Commits only the verdicts: too few examples are left for a batch, but the dropped ones need not
   * be judged again.
   */
  boolean sift(CutSnapshot snapshot, CutSelection selection) {
    return QuarkusTransaction.requiringNew()
        .call(
            () -> {
              if (snapshot.manual()) {
                requests.done(snapshot.loop().id());
              }
              CutSelection lasting = unchanged(snapshot, selection.lasting());
              if (lasting.dropped().isEmpty()) {
                return false;
              }
              drop(snapshot, lasting, "sifted");
              return true;
            });
  }

  /**
   * Whether another instance sealed a batch meanwhile. Comparing rows does not show this: the rows
   * it took were no longer ready when this cut read, and its batch was not there yet.
   */
  private boolean overtaken(CutSnapshot snapshot) {
    Optional<String> newest = batches.newest(snapshot.loop().id()).map(Batch::batchId);
    return !newest.equals(Optional.ofNullable(snapshot.parent()).map(Batch::batchId));
  }

  /** Locks the rows that were read and leaves out those that changed or are no longer ready. */
  private CutSelection unchanged(CutSnapshot snapshot, CutSelection selection) {
    Map<String, Long> versions =
        pools.lockReady(snapshot.ready().stream().map(StoredExample::rowId).toList());
    Set<String> changed =
        snapshot.ready().stream()
            .filter(row -> !Objects.equals(versions.get(row.rowId()), row.version()))
            .map(StoredExample::rowId)
            .collect(Collectors.toSet());
    if (changed.isEmpty()) {
      return selection;
    }
    LOG.infof("cut-without-changed-rows loop=%s rows=%d", snapshot.loop().id(), changed.size());
    return selection.without(changed);
  }

  private static final Predicate<CutSelection.Kept> TRAIN =
      kept -> kept.example().provenance().split() == Split.TRAIN;

  private static boolean openCut(LoopId loop) {
    return CutRow.count(
            "tenant = ?1 and loop = ?2 and state = ?3", loop.tenant(), loop.loop(), CutRow.OPEN)
        > 0;
  }

  private Cut cut(
      CutSnapshot snapshot,
      SuiteReader.Suites suites,
      CutSelection selection,
      BatchTrigger trigger,
      TombstoneRepository.Ledger ledger,
      long lastArrival) {
    Batch parent = snapshot.parent();
    LoopId loop = snapshot.loop().id();
    String parentId = parent == null ? null : parent.batchId();
    Map<String, Integer> fates =
        admissions.fates(loop, parentId, RowVerdict.of(selection), lastArrival);
    return new Cut(
        1,
        loop.tenant(),
        loop.loop(),
        parent == null ? 1 : parent.sequence() + 1,
        trigger,
        snapshot.loop().specSha256(),
        parentId,
        suites.digests(),
        snapshot.loop().spec().spec().training().seed(),
        selection.kept().stream()
            .flatMap(kept -> kept.example().provenance().eventKeys().stream())
            .map(key -> key.text())
            .distinct()
            .sorted()
            .toList(),
        judged(selection),
        snapshot.quarantined(),
        snapshot.adoption(),
        new Cut.Ledger(ledger.count(), ledger.sha256()),
        snapshot.findings(),
        snapshot.admission().withFates(fates),
        selection.funnel(),
        Stream.concat(suites.warnings().stream(), snapshot.warnings().stream()).toList());
  }

  private static List<Judged> judged(CutSelection selection) {
    List<Judged> judged = new ArrayList<>();
    for (CutSelection.Kept kept : selection.kept()) {
      judged.add(judged(kept.row(), kept.example(), "keep", null, null));
    }
    for (CutSelection.Dropped dropped : selection.dropped()) {
      switch (dropped.judgement()) {
        case StageJudgement.Quarantine(String reason, _) ->
            judged.add(judged(dropped.row(), null, "quarantine", dropped.stage(), reason));
        case StageJudgement.Reject(String reason, _) ->
            judged.add(judged(dropped.row(), null, "reject", dropped.stage(), reason));
        case StageJudgement.Keep _, StageJudgement.Changed _ ->
            throw new IllegalStateException("dropped with " + dropped.judgement());
      }
    }
    judged.sort(Comparator.comparing(Judged::exampleId).thenComparing(Judged::rowId));
    return judged;
  }

  private static Judged judged(
      StoredExample row, Example kept, String verdict, String stage, String reason) {
    return new Judged(
        kept == null ? row.exampleId() : kept.id(),
        row.rowId(),
        row.form(),
        row.split(),
        row.score(),
        kept == null ? 0 : kept.sampleWeight(),
        verdict,
        stage,
        reason,
        kept == null ? null : ContentDigests.sha256(Json.canonical(kept)));
  }

  private void insert(Cut cut, String cutId, byte[] body, List<String> planned, long lastArrival) {
    var row = new CutRow();
    row.cutId = cutId;
    row.tenant = cut.tenant();
    row.loop = cut.loop();
    row.sequence = cut.sequence();
    row.state = CutRow.OPEN;
    row.trigger = cut.trigger().name();
    row.loopSpecSha256 = cut.loopSpecSha256();
    row.parentBatchId = cut.parentBatchId();
    row.body = new String(body, StandardCharsets.UTF_8);
    row.planned = planned.toArray(String[]::new);
    row.createdAt = clock.instant();
    row.lastArrival = lastArrival;
    row.persistAndFlush();
  }

  private static Map<String, Example> rows(CutSelection selection) {
    Map<String, Example> rows = new TreeMap<>();
    selection.kept().forEach(kept -> rows.put(kept.row().rowId(), kept.example()));
    return rows;
  }

  private void drop(CutSnapshot snapshot, CutSelection selection, String cutId) {
    Instant deadline =
        clock.instant().plus(snapshot.loop().spec().spec().curation().quarantineDeadline());
    List<Verdict> verdicts = new ArrayList<>();
    for (CutSelection.Dropped dropped : selection.dropped()) {
      String row = dropped.row().rowId();
      verdicts.add(
          switch (dropped.judgement()) {
            case StageJudgement.Quarantine(String reason, String detail) ->
                new Verdict(
                    row, ExampleState.QUARANTINED, dropped.stage(), reason, detail, deadline);
            case StageJudgement.Reject(String reason, String detail) ->
                new Verdict(row, ExampleState.REJECTED, dropped.stage(), reason, detail, null);
            case StageJudgement.Keep _, StageJudgement.Changed _ ->
                throw new IllegalStateException("dropped with " + dropped.judgement());
          });
    }
    examples.drop(cutId, verdicts);
    fates.follow(fates.of(verdicts.stream().map(Verdict::rowId).toList()));
  }
}

package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.cut.Cut.Judged;
import dev.whetstone.curation.erasure.ErasureRepository;
import dev.whetstone.curation.example.CutExampleRepository;
import dev.whetstone.curation.example.CutExampleRepository.Verdict;
import dev.whetstone.curation.example.EventFateUpdater;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.tombstone.Tombstone;
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
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes down what a selection decided, if everything is still as it was read. */
@ApplicationScoped
public class CutCommitter {
  private final BatchRepository batches;
  private final CutExampleRepository examples;
  private final EventFateUpdater fates;
  private final TombstoneRepository tombstones;
  private final ErasureRepository erasures;
  private final SealRequestRepository requests;
  private final Clock clock;

  public CutCommitter(
      BatchRepository batches,
      CutExampleRepository examples,
      EventFateUpdater fates,
      TombstoneRepository tombstones,
      ErasureRepository erasures,
      SealRequestRepository requests,
      Clock clock) {
    this.batches = batches;
    this.examples = examples;
    this.fates = fates;
    this.tombstones = tombstones;
    this.erasures = erasures;
    this.requests = requests;
    this.clock = clock;
  }

  /** Whether a cut could not be committed now, whatever it held. */
  boolean mustWait(LoopId loop) {
    return QuarkusTransaction.requiringNew().call(() -> erasures.anyOpen(loop) || openCut(loop));
  }

  /**
   * Commits a cut; false when something changed meanwhile, so that the next look decides anew. An
   * erasure that came meanwhile is carried out first: a cut must not hold what it covers.
   */
  boolean cut(
      CutSnapshot situation,
      SuiteReader.Suites suites,
      CutSelection selection,
      BatchTrigger trigger) {
    return QuarkusTransaction.requiringNew()
        .call(
            () -> {
              LoopId loop = situation.loop().id();
              tombstones.lock(List.of(loop), List.of());
              if (erasures.anyOpen(loop)
                  || openCut(loop)
                  || overtaken(situation)
                  || changed(situation)) {
                return false;
              }
              Cut cut = cut(situation, suites, selection, trigger, tombstones.all(loop));
              byte[] body = Json.canonical(cut);
              String cutId = ContentDigests.sha256(body);
              insert(cut, cutId, body, BatchFiles.of(cut, rows(selection).values()).keys());
              examples.take(cutId, rows(selection));
              drop(situation, selection, cutId);
              requests.done(loop);
              return true;
            });
  }

  /**
   * Commits only the verdicts: what is left is not enough for a batch, but what was dropped need
   * not be looked at again.
   */
  boolean sift(CutSnapshot situation, CutSelection selection) {
    return QuarkusTransaction.requiringNew()
        .call(
            () -> {
              if (situation.manual()) {
                requests.done(situation.loop().id());
              }
              CutSelection lasting = selection.lasting();
              if (lasting.dropped().isEmpty() || changed(situation)) {
                return false;
              }
              drop(situation, lasting, "sifted");
              return true;
            });
  }

  /**
   * Whether another instance sealed a batch meanwhile. What it took was not ready any more when
   * this was read, and the batch not there yet: nothing that was read has changed.
   */
  private boolean overtaken(CutSnapshot situation) {
    Batch last = situation.batches().isEmpty() ? null : situation.batches().getLast();
    Optional<String> newest = batches.newest(situation.loop().id()).map(Batch::batchId);
    return !newest.equals(Optional.ofNullable(last).map(Batch::batchId));
  }

  /** Locks what was read and looks whether it is still the same and ready. */
  private boolean changed(CutSnapshot situation) {
    Map<String, Long> versions =
        examples.lockReady(situation.ready().stream().map(StoredExample::rowId).toList()).stream()
            .collect(Collectors.toMap(StoredExample::rowId, StoredExample::version));
    return situation.ready().stream()
        .anyMatch(row -> !Objects.equals(versions.get(row.rowId()), row.version()));
  }

  private static boolean openCut(LoopId loop) {
    return CutRow.count(
            "tenant = ?1 and loop = ?2 and state = ?3", loop.tenant(), loop.loop(), CutRow.OPEN)
        > 0;
  }

  private static Cut cut(
      CutSnapshot situation,
      SuiteReader.Suites suites,
      CutSelection selection,
      BatchTrigger trigger,
      List<Tombstone> ledger) {
    List<Batch> batches = situation.batches();
    Batch parent = batches.isEmpty() ? null : batches.getLast();
    Map<String, String> adoption = new TreeMap<>();
    batches.forEach(batch -> adoption.put(batch.batchId(), batch.state().wireName()));
    LoopId loop = situation.loop().id();
    return new Cut(
        1,
        loop.tenant(),
        loop.loop(),
        parent == null ? 1 : parent.sequence() + 1,
        trigger,
        situation.loop().specSha256(),
        parent == null ? null : parent.batchId(),
        suites.digests(),
        situation.loop().spec().spec().training().seed(),
        selection.kept().stream()
            .flatMap(kept -> kept.example().provenance().eventKeys().stream())
            .map(key -> key.text())
            .distinct()
            .sorted()
            .toList(),
        judged(selection),
        situation.quarantined().size(),
        adoption,
        new Cut.Ledger(ledger.size(), ContentDigests.sha256(Json.canonical(ledger))),
        situation.findings(),
        situation.admission(),
        selection.funnel(),
        suites.warnings());
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

  private void insert(Cut cut, String cutId, byte[] body, List<String> planned) {
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
    row.persistAndFlush();
  }

  private static Map<String, Example> rows(CutSelection selection) {
    Map<String, Example> rows = new TreeMap<>();
    selection.kept().forEach(kept -> rows.put(kept.row().rowId(), kept.example()));
    return rows;
  }

  private void drop(CutSnapshot situation, CutSelection selection, String cutId) {
    Instant deadline =
        clock.instant().plus(situation.loop().spec().spec().curation().quarantineDeadline());
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

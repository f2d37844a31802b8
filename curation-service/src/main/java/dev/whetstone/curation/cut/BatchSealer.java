package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchFile;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.SplitCounts;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.cut.SealBlockers.Step;
import dev.whetstone.curation.erasure.ErasureRepository;
import dev.whetstone.curation.example.CutExampleRepository;
import dev.whetstone.curation.example.EventFateUpdater;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.operations.SafeFaults;
import dev.whetstone.curation.tombstone.TombstoneRepository;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.StoredObject;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jboss.logging.Logger;

/**
 * Seals what a cut decided: blobs first, the manifest last, then row and announcement in one
 * transaction. A worker that dies anywhere in between leaves the cut open; the next one writes the
 * same bytes to the same places.
 */
@ApplicationScoped
public class BatchSealer {
  private static final Logger LOG = Logger.getLogger(BatchSealer.class);
  private final BatchRepository batches;
  private final ExampleRepository examples;
  private final CutExampleRepository cutExamples;
  private final EventFateUpdater fates;
  private final ObjectStore store;
  private final VoidedCutCleanup leftovers;
  private final TombstoneRepository tombstones;
  private final ErasureRepository erasures;
  private final SealBlockers obstacles;
  private final Clock clock;

  public BatchSealer(
      BatchRepository batches,
      ExampleRepository examples,
      CutExampleRepository cutExamples,
      EventFateUpdater fates,
      ObjectStore store,
      VoidedCutCleanup leftovers,
      TombstoneRepository tombstones,
      ErasureRepository erasures,
      SealBlockers obstacles,
      Clock clock) {
    this.batches = batches;
    this.examples = examples;
    this.cutExamples = cutExamples;
    this.fates = fates;
    this.store = store;
    this.leftovers = leftovers;
    this.tombstones = tombstones;
    this.erasures = erasures;
    this.obstacles = obstacles;
    this.clock = clock;
  }

  /**
   * Seals the loop's open cut, if it has one that no other worker is at and no erasure is open:
   * that is carried out first, and voids the cut when it covers some of it.
   */
  public boolean sealOpenCut(DeclaredLoop declared) {
    try {
      boolean sealed = seal(declared);
      obstacles.passed(declared, Step.SEAL);
      return sealed;
    } catch (RuntimeException e) {
      obstacles.met(
          declared, Step.SEAL, "a batch was cut and cannot be sealed: " + SafeFaults.describe(e));
      throw e;
    }
  }

  private boolean seal(DeclaredLoop declared) {
    LoopId loop = declared.id();
    return QuarkusTransaction.requiringNew()
        .call(
            () -> {
              tombstones.lock(List.of(loop), List.of());
              CutRow row = erasures.anyOpen(loop) ? null : claim(loop);
              if (row == null) {
                return false;
              }
              List<StoredExample> taken = cutExamples.lockCut(row.cutId);
              if (taken.stream().anyMatch(StoredExample::unwanted)) {
                giveUp(declared, row, taken);
              } else {
                seal(loop, row, taken);
              }
              return true;
            });
  }

  private static CutRow claim(LoopId loop) {
    return CutRow.<CutRow>find(
            "tenant = ?1 and loop = ?2 and state = ?3", loop.tenant(), loop.loop(), CutRow.OPEN)
        .withLock(LockModeType.PESSIMISTIC_WRITE)
        .withHint("jakarta.persistence.lock.timeout", -2)
        .firstResult();
  }

  private void seal(LoopId loop, CutRow row, List<StoredExample> taken) {
    Cut cut = Json.read(row.body.getBytes(StandardCharsets.UTF_8), Cut.class);
    var files =
        BatchFiles.of(
            cut, taken.stream().map(one -> Objects.requireNonNull(one.example())).toList());
    leftovers.holdOff();
    files.blobs().values().forEach(store::putBlob);
    String batchId = files.batchId();
    StoredObject manifest = store.put(files.manifestKey(), files.manifestBytes());
    batches.sealed(batch(loop, cut, files, manifest));
    leftovers.need(batchId, files.blobKeys());
    cutExamples.use(row.cutId, batchId);
    fates.follow(fates.of(taken.stream().map(StoredExample::rowId).toList()));
    row.state = CutRow.SEALED;
    row.batchId = batchId;
    LOG.infof(
        "batch-sealed loop=%s sequence=%d batch=%s examples=%d",
        loop, cut.sequence(), batchId, taken.size());
  }

  private Batch batch(LoopId loop, Cut cut, BatchFiles files, StoredObject manifest) {
    String card = files.manifest().file("card.md").map(BatchFile::blob).orElseThrow();
    Map<String, SplitCounts> counts = files.manifest().counts();
    Form counted = SealReadiness.counted(form -> counts.get(form.wireName()).train());
    int testItems = counts.get(counted.wireName()).test();
    return new Batch(
        files.batchId(),
        loop,
        cut.sequence(),
        BatchState.PENDING,
        true,
        files.manifest().counts(),
        testItems,
        files.manifest().funnel(),
        manifest.key(),
        manifest.uri().toString(),
        card,
        cut.loopSpecSha256(),
        cut.parentBatchId(),
        BatchTrigger.valueOf(cut.trigger().name()),
        false,
        clock.instant());
  }

  /** Something in the cut was taken back or erased before it was sealed: the rest is cut anew. */
  private void giveUp(DeclaredLoop loop, CutRow row, List<StoredExample> taken) {
    List<String> unwanted =
        taken.stream().filter(StoredExample::unwanted).map(StoredExample::rowId).toList();
    List<String> events =
        fates.of(cutExamples.ofCut(row.cutId).stream().map(StoredExample::rowId).toList());
    examples.drop(unwanted);
    cutExamples.giveBack(row.cutId, loop.spec().spec().retention().interactions());
    fates.follow(events);
    leftovers.delete(List.of(row.planned));
    row.state = CutRow.VOID;
    LOG.infof("cut-void cut=%s unwanted=%d", row.cutId, unwanted.size());
  }
}

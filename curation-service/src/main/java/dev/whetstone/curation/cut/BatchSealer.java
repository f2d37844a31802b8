package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchFile;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.SplitCounts;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.batch.BatchCheckRepository;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.batch.BatchTracer;
import dev.whetstone.curation.erasure.ErasureRepository;
import dev.whetstone.curation.example.CutExampleRepository;
import dev.whetstone.curation.example.CutExampleRepository.Held;
import dev.whetstone.curation.example.EventFateUpdater;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.operations.SafeFaults;
import dev.whetstone.curation.operations.SealBlockers;
import dev.whetstone.curation.operations.SealBlockers.Step;
import dev.whetstone.curation.seal.SealReadiness;
import dev.whetstone.curation.tombstone.TombstoneRepository;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.StoredObject;
import io.quarkus.hibernate.orm.panache.PanacheQuery;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Seals what a cut decided: blobs first, the manifest last, then row and event in one transaction.
 * A process that dies in between leaves the cut open; the next one writes the same bytes to the
 * same keys.
 */
@ApplicationScoped
public class BatchSealer {
  private static final Logger LOG = Logger.getLogger(BatchSealer.class);
  private final BatchRepository batches;
  private final BatchCheckRepository checks;
  private final ExampleRepository examples;
  private final CutExampleRepository cutExamples;
  private final EventFateUpdater fates;
  private final ObjectStore store;
  private final VoidedCutCleanup leftovers;
  private final TombstoneRepository tombstones;
  private final ErasureRepository erasures;
  private final BlobLock blobs;
  private final SealBlockers obstacles;
  private final BatchTracer traces;
  private final Clock clock;

  BatchSealer(
      BatchRepository batches,
      BatchCheckRepository checks,
      ExampleRepository examples,
      CutExampleRepository cutExamples,
      EventFateUpdater fates,
      ObjectStore store,
      VoidedCutCleanup leftovers,
      TombstoneRepository tombstones,
      ErasureRepository erasures,
      BlobLock blobs,
      SealBlockers obstacles,
      BatchTracer traces,
      Clock clock) {
    this.batches = batches;
    this.checks = checks;
    this.examples = examples;
    this.cutExamples = cutExamples;
    this.fates = fates;
    this.store = store;
    this.leftovers = leftovers;
    this.tombstones = tombstones;
    this.erasures = erasures;
    this.blobs = blobs;
    this.obstacles = obstacles;
    this.traces = traces;
    this.clock = clock;
  }

  /**
   * Seals the loop's open cut, unless another instance records it at this moment or an erasure is
   * open: that is carried out first, and the cut becomes void when the erasure covers some of it.
   *
   * @return whether a cut was sealed or voided
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

  /** An open cut as it was read, before anything of it is written. */
  private record OpenCut(String cutId, Cut cut, List<StoredExample> examples) {
    List<Held> held() {
      return examples.stream().map(Held::of).toList();
    }
  }

  private boolean seal(DeclaredLoop declared) {
    LoopId loop = declared.id();
    boolean isOpen = QuarkusTransaction.requiringNew().call(() -> openCut(loop) != null);
    boolean changed = isOpen && blobs.whileWriting(() -> write(declared));
    leftovers.deleteLeftovers(loop);
    return changed;
  }

  /** The loop's open cut; null when it has none, or an erasure has to be carried out first. */
  private @Nullable CutRow openCut(LoopId loop) {
    return erasures.anyOpen(loop) ? null : open(loop).firstResult();
  }

  private static PanacheQuery<CutRow> open(LoopId loop) {
    return CutRow.find(
        "tenant = ?1 and loop = ?2 and state = ?3", loop.tenant(), loop.loop(), CutRow.OPEN);
  }

  private @Nullable OpenCut read(LoopId loop) {
    CutRow row = openCut(loop);
    return row == null
        ? null
        : new OpenCut(row.cutId, Json.read(row.body, Cut.class), cutExamples.heldBy(row.cutId));
  }

  /**
   * Writes the objects outside of any transaction, then records the batch in a short one. Without
   * the row nothing refers to the objects: the cut stays open and they are written again, or it
   * becomes void and they are deleted.
   */
  private boolean write(DeclaredLoop declared) {
    OpenCut open = QuarkusTransaction.requiringNew().call(() -> read(declared.id()));
    if (open == null) {
      return false;
    }
    if (open.held().stream().anyMatch(Held::unwanted)) {
      return QuarkusTransaction.requiringNew().call(() -> finish(declared, open, null));
    }
    List<Example> examples =
        open.examples().stream().map(one -> Objects.requireNonNull(one.example())).toList();
    BatchFiles files = BatchFiles.of(open.cut(), examples);
    files.manifest().files().forEach(file -> put(files, file));
    StoredObject manifest = store.put(files.manifestKey(), files.manifestBytes());
    Batch batch = batch(declared.id(), open.cut(), files, manifest);
    return QuarkusTransaction.requiringNew()
        .call(() -> finish(declared, open, new Sealed(batch, files.blobKeys())));
  }

  private void put(BatchFiles files, BatchFile file) {
    StoredObject stored = store.putBlob(Objects.requireNonNull(files.contents().get(file.path())));
    if (!stored.key().equals(file.blob())) {
      throw new IllegalStateException(
          "%s was written with digest %s after it had %s; the same examples must give the same bytes"
              .formatted(file.path(), stored.sha256(), file.sha256()));
    }
  }

  /** A batch whose objects are all stored, and the keys of its blobs. */
  private record Sealed(Batch batch, List<String> blobs) {}

  /**
   * Records the batch, if the cut is still as it was read; voids the cut when some of it was
   * withdrawn or erased meanwhile.
   *
   * @param sealed null when there is none and the cut is to be voided
   * @return false when another instance has the cut, or it changed: the next round looks again
   */
  private boolean finish(DeclaredLoop declared, OpenCut open, @Nullable Sealed sealed) {
    LoopId loop = declared.id();
    tombstones.lock(List.of(loop), List.of());
    CutRow row = erasures.anyOpen(loop) ? null : claim(loop);
    if (row == null || !row.cutId.equals(open.cutId())) {
      return false;
    }
    List<Held> held = cutExamples.lockHeldBy(row.cutId);
    if (held.stream().anyMatch(Held::unwanted)) {
      giveUp(declared, row, held);
      return true;
    }
    if (sealed == null || !held.equals(open.held())) {
      LOG.infof("cut-changed-while-sealing cut=%s, is read again", row.cutId);
      return false;
    }
    record(row, sealed, held);
    return true;
  }

  private static @Nullable CutRow claim(LoopId loop) {
    return open(loop)
        .withLock(LockModeType.PESSIMISTIC_WRITE)
        .withHint("jakarta.persistence.lock.timeout", -2)
        .firstResult();
  }

  private void record(CutRow row, Sealed sealed, List<Held> held) {
    Batch batch = sealed.batch();
    batches.sealed(batch, traces.sealed(batch, row.cutId, row.createdAt, held.size()));
    leftovers.need(batch.batchId(), sealed.blobs());
    checks.plan(batch.batchId(), batch.sealedAt());
    cutExamples.use(row.cutId, batch.batchId());
    fates.follow(fates.of(held.stream().map(Held::rowId).toList()));
    row.state = CutRow.SEALED;
    row.batchId = batch.batchId();
    LOG.infof(
        "batch-sealed loop=%s sequence=%d batch=%s examples=%d",
        batch.loop(), batch.sequence(), batch.batchId(), held.size());
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

  /**
   * Something in the cut was withdrawn or erased before it was sealed: the rest is cut again. The
   * objects that were written are deleted after this transaction.
   */
  private void giveUp(DeclaredLoop loop, CutRow row, List<Held> held) {
    List<String> unwanted = held.stream().filter(Held::unwanted).map(Held::rowId).toList();
    List<String> events = fates.of(cutExamples.ofCut(row.cutId));
    examples.drop(unwanted);
    cutExamples.giveBack(row.cutId, loop.spec().spec().retention().interactions());
    fates.follow(events);
    row.state = CutRow.VOID;
    LOG.infof("cut-void cut=%s unwanted=%d", row.cutId, unwanted.size());
  }
}

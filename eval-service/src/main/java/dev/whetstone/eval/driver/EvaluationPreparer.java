package dev.whetstone.eval.driver;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.suite.SuiteRef;
import dev.whetstone.eval.answer.ComparedModels;
import dev.whetstone.eval.batch.SealedBatch;
import dev.whetstone.eval.batch.SealedBatchRepository;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.checkpoint.AdapterInspector;
import dev.whetstone.eval.checkpoint.Checkpoint;
import dev.whetstone.eval.checkpoint.CheckpointRepository;
import dev.whetstone.eval.decision.DecisionRepository;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.item.AwaitedAdoptionRule;
import dev.whetstone.eval.item.BatchRoles;
import dev.whetstone.eval.item.EvaluationItem;
import dev.whetstone.eval.item.EvaluationItemReader;
import dev.whetstone.eval.serving.ServedName;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.store.ObjectContent;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Collects the inputs of an evaluation and freezes them. */
@ApplicationScoped
public class EvaluationPreparer {
  private final SealedBatchRepository batches;
  private final DecisionRepository decisions;
  private final EvaluationItemReader itemReader;
  private final AdapterInspector inspector;
  private final ChampionRepository champions;
  private final CheckpointRepository checkpoints;
  private final ObjectStore store;

  public EvaluationPreparer(
      SealedBatchRepository batches,
      DecisionRepository decisions,
      EvaluationItemReader itemReader,
      AdapterInspector inspector,
      ChampionRepository champions,
      CheckpointRepository checkpoints,
      ObjectStore store) {
    this.batches = batches;
    this.decisions = decisions;
    this.itemReader = itemReader;
    this.inspector = inspector;
    this.champions = champions;
    this.checkpoints = checkpoints;
    this.store = store;
  }

  /** The first batch of the candidate whose {@code batch.sealed} has not arrived. */
  Optional<String> missing(Checkpoint checkpoint) {
    return batches.unknown(checkpoint.loop(), checkpoint.ready().batchIds()).stream()
        .findFirst()
        .map(
            id ->
                "waiting for batch.sealed of batch " + id + ", which the candidate was trained on");
  }

  /** The first batch whose state does not reflect an earlier decision yet. */
  Optional<String> awaited(LoopId loop) {
    return AwaitedAdoptionRule.of(batches.all(loop), decisions.all(loop)).stream()
        .findFirst()
        .map(AwaitedAdoptionRule.Awaited::reason);
  }

  /**
   * Freezes the inputs. The items are stored as a blob.
   *
   * @param late whether to leave out what is still missing and hold the candidate for a person
   * @throws dev.whetstone.kit.store.ObjectStoreException if an input cannot be read yet
   */
  FrozenInputs freeze(
      DeclaredLoop loop, Champion champion, Checkpoint checkpoint, int look, boolean late) {
    Inputs inputs = new Inputs();
    for (String id : batches.unknown(loop.id(), checkpoint.ready().batchIds())) {
      inputs.holds.add(
          "no batch.sealed arrived for batch " + id + ", which the candidate was trained on");
    }
    List<SealedBatch> known = batches.all(loop.id());
    BatchRoles roles = BatchRoles.of(known, checkpoint.ready().batchIds(), look);
    Set<String> withdrawn = batches.withdrawn(loop.id());
    for (SealedBatch batch : roles.fresh()) {
      inputs.add(itemReader.batch(loop.spec(), GateRole.FRESH, batch, withdrawn, late));
    }
    for (SealedBatch batch : roles.retain()) {
      inputs.add(itemReader.batch(loop.spec(), GateRole.RETAIN, batch, withdrawn, late));
    }
    for (LoopSpec.Suite suite : loop.spec().spec().evaluation().suites()) {
      inputs.add(itemReader.suite(loop.spec(), suite));
    }
    if (champion.isBase() && inputs.items.stream().noneMatch(EvaluationPreparer::isGolden)) {
      inputs.holds.add(
          "this is the first round and there is no golden set: declare a suite of role RETAIN, or"
              + " approve the decision");
    }
    return new FrozenInputs(
        loop.specSha256(),
        champion,
        ServedName.of(loop.id(), checkpoint.id()),
        checkpoint.ready().adapterUri(),
        store.putBlob(ObjectContent.jsonLines(inputs.items)).sha256(),
        inputs.items.size(),
        inputs.suites,
        roles.fresh().stream().map(SealedBatch::batchId).toList(),
        known.isEmpty() ? 0 : known.getLast().sequence(),
        faults(loop, checkpoint, late),
        inputs.holds,
        inputs.notes,
        anchors(loop.id()));
  }

  /** Former champions whose adapters may still be used. */
  private List<Champion> anchors(LoopId loop) {
    List<Champion> history = champions.history(loop);
    Set<String> tainted = checkpoints.tainted(loop);
    return AnchorRule.select(history, decisions.all(loop), tainted, ComparedModels.ANCHORED);
  }

  private List<String> faults(DeclaredLoop loop, Checkpoint checkpoint, boolean late) {
    List<String> faults = new ArrayList<>();
    try {
      inspector.fault(checkpoint.ready(), loop.spec()).ifPresent(faults::add);
    } catch (ObjectStoreException e) {
      if (!late) {
        throw e;
      }
      faults.add("the adapter cannot be evaluated: " + e.getMessage());
    }
    checkpoint.taint().ifPresent(faults::add);
    return faults;
  }

  /** Reads the frozen items and checks their digest. */
  List<EvaluationItem> items(FrozenInputs frozen) {
    List<EvaluationItem> items = new ArrayList<>();
    store.forEachLine(
        ObjectStore.blobKey(frozen.itemsSha256()),
        frozen.itemsSha256(),
        (_, line) -> items.add(Json.read(line, EvaluationItem.class)));
    return items;
  }

  /** Whether batches were sealed after an undecided look whose test items could decide it. */
  boolean hasNewItems(LoopId loop, FrozenInputs frozen) {
    List<SealedBatch> known = batches.all(loop);
    Set<SealedBatch> aboutToChange = new HashSet<>();
    AwaitedAdoptionRule.of(known, decisions.all(loop))
        .forEach(awaited -> aboutToChange.add(awaited.batch()));
    return known.stream()
        .filter(batch -> batch.sequence() > frozen.lastSequence())
        .anyMatch(batch -> batch.isUsable() && !aboutToChange.contains(batch));
  }

  private static boolean isGolden(EvaluationItem item) {
    return item.role() == GateRole.RETAIN && !item.shadow();
  }

  private static final class Inputs {
    final List<EvaluationItem> items = new ArrayList<>();
    final List<SuiteRef> suites = new ArrayList<>();
    final List<String> holds = new ArrayList<>();
    final List<String> notes = new ArrayList<>();
    private final Set<String> keys = new HashSet<>();

    void add(EvaluationItemReader.Items source) {
      source.items().stream().filter(item -> keys.add(item.key())).forEach(items::add);
      if (source.reference() != null) {
        suites.add(source.reference());
      }
      notes.addAll(source.notes());
      if (source.fault() != null) {
        (source.shadow() ? notes : holds).add(source.fault());
      }
    }
  }
}

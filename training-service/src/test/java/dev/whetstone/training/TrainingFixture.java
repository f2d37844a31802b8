package dev.whetstone.training;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchFile;
import dev.whetstone.contracts.batch.BatchManifest;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.SftRow;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.batch.SplitCounts;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.contracts.loop.LoopState;
import dev.whetstone.contracts.run.CheckpointManifest;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.id.IdGenerator;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.loop.LoopDeclaration;
import dev.whetstone.kit.loop.LoopFileReader;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.StoredObject;
import dev.whetstone.training.attempt.AttemptRepository;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.engine.FakeComputeEngine;
import dev.whetstone.training.reconcile.RunReconciler;
import dev.whetstone.training.run.RunRepository;
import dev.whetstone.training.run.StepMetricsRepository;
import dev.whetstone.training.status.RunTestViews;
import dev.whetstone.training.status.RunView;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Loops, batches and workers' output for tests. */
@ApplicationScoped
public class TrainingFixture {
  public static final String TENANT = "acme";

  private final ObjectStore store;
  private final DeclaredLoopRepository loops;
  private final BatchRepository batches;
  private final RunRepository runs;
  private final AttemptRepository attempts;
  private final RunReconciler reconciler;
  private final FakeComputeEngine engine;
  private final EventFactory events;
  private final Sql sql;
  private final StepMetricsRepository metrics;
  private final IdGenerator ids;

  public TrainingFixture(
      ObjectStore store,
      DeclaredLoopRepository loops,
      BatchRepository batches,
      RunRepository runs,
      AttemptRepository attempts,
      RunReconciler reconciler,
      FakeComputeEngine engine,
      EventFactory events,
      Sql sql,
      StepMetricsRepository metrics,
      IdGenerator ids) {
    this.store = store;
    this.loops = loops;
    this.batches = batches;
    this.runs = runs;
    this.attempts = attempts;
    this.reconciler = reconciler;
    this.engine = engine;
    this.events = events;
    this.sql = sql;
    this.metrics = metrics;
    this.ids = ids;
  }

  /** A sealed batch and the ids of its train examples. */
  public record Sealed(BatchSealed event, List<String> trainIds, BatchManifest manifest) {}

  /** A declaration, by default with the settings of {@code training} in YAML added. */
  public LoopDeclared declaration(LoopId loop, String training) {
    return declaration(loop, "hf://acme/tiny", training);
  }

  /** The loop gets another base model. */
  public void rebase(LoopId loop, String base, String training) {
    LoopDeclared first = declaration(loop, base, training);
    LoopDeclared declared = new LoopDeclared(first.spec(), first.specSha256(), 2);
    QuarkusTransaction.requiringNew().run(() -> loops.record(declared));
  }

  /** Pauses, resumes or deletes a loop. */
  public void change(LoopId loop, LoopState state, long revision) {
    LoopDeclared first = declaration(loop, "");
    LoopDeclared changed = new LoopDeclared(first.spec(), first.specSha256(), revision, state);
    QuarkusTransaction.requiringNew().run(() -> loops.record(changed));
  }

  private LoopDeclared declaration(LoopId loop, String base, String training) {
    String yaml =
        """
        apiVersion: whetstone.dev/v1
        kind: Loop
        metadata: {tenant: %s, name: %s}
        spec:
          baseModel: {uri: "%s"}
          consent: {default: allow}
          serving: {endpoint: "http://127.0.0.1:1"}
          curation: {seal: {minExamples: 10}}
        %s
        """
            .formatted(loop.tenant(), loop.loop(), base, training);
    LoopDeclaration declaration =
        LoopFileReader.read(yaml.getBytes(StandardCharsets.UTF_8), "loop.yaml", null);
    return new LoopDeclared(declaration.spec(), declaration.specSha256(), 1);
  }

  /** Declares a new loop. */
  public LoopId loop() {
    return loop("");
  }

  /** Declares a new loop with more YAML below {@code spec}. */
  public LoopId loop(String yaml) {
    LoopId loop = newId();
    LoopDeclared declared = declaration(loop, yaml);
    QuarkusTransaction.requiringNew().run(() -> loops.record(declared));
    return loop;
  }

  public LoopId newId() {
    return new LoopId(TENANT, ids.next("loop-"));
  }

  /** Writes a batch to the store and records it. */
  public Sealed seal(LoopId loop, long sequence, int train) {
    Sealed sealed = write(loop, sequence, train, loops.current(loop).orElseThrow().specSha256());
    QuarkusTransaction.requiringNew().run(() -> batches.add(loop, sealed.event()));
    return sealed;
  }

  /** Writes a batch into the store only. */
  public Sealed write(LoopId loop, long sequence, int train, String specSha256) {
    List<String> ids = new ArrayList<>();
    BatchFile trainFile = rows(loop, sequence, Split.TRAIN, train, ids);
    BatchFile validation = rows(loop, sequence, Split.VALIDATION, 3, new ArrayList<>());
    BatchFile test = rows(loop, sequence, Split.TEST, 5, new ArrayList<>());
    Map<String, SplitCounts> counts =
        Map.of("sft", new SplitCounts(train, 3, 5), "binary", new SplitCounts(7, 1, 2));
    BatchManifest manifest =
        new BatchManifest(
            1,
            loop.tenant(),
            loop.loop(),
            sequence,
            specSha256,
            null,
            BatchTrigger.VOLUME,
            "0".repeat(64),
            counts,
            Map.of("kept", train + 8),
            List.of(trainFile, validation, test));
    byte[] bytes = Json.canonical(manifest);
    StoredObject stored = store.putBlob(bytes);
    BatchSealed event =
        new BatchSealed(
            stored.sha256(),
            sequence,
            counts,
            stored.uri().toString(),
            specSha256,
            null,
            BatchTrigger.VOLUME,
            Instant.parse("2026-11-20T10:00:00Z"));
    return new Sealed(event, ids, manifest);
  }

  private BatchFile rows(LoopId loop, long sequence, Split split, int count, List<String> ids) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      String text = loop + "/" + sequence + "/" + split.wireName() + "/" + i;
      String id = ContentDigests.sha256(text);
      ids.add(id);
      List<ChatMessage> messages =
          List.of(
              new ChatMessage("user", "Where is parcel " + text + "?", null, null, null, null),
              new ChatMessage("assistant", "On its way.", null, null, null, 1));
      out.writeBytes(Json.write(new SftRow(id, messages, null, 1.0)));
      out.write('\n');
    }
    StoredObject blob = store.putBlob(out.toByteArray());
    return new BatchFile(
        "sft/" + split.wireName() + ".jsonl",
        blob.key(),
        Form.SFT,
        split,
        blob.bytes(),
        count,
        blob.sha256());
  }

  /** Ends all runs, so that the next test's passes concern its own runs only. */
  public void endAllRuns() {
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              sql.update(
                  "update attempt set state = 'ended', outcome = 'lost' where state <> 'ended'");
              sql.update(
                  "update run set state = 'failed', code = 'test-ended' where state in ('waiting', 'active')");
              sql.update("update batch set state = 'set_aside' where state = 'pending'");
            });
  }

  /** The newest run's loss curve. */
  public List<StatusReport.StepMetrics> metrics(LoopId loop) {
    return metrics.of(run(loop).runId());
  }

  /** The state of a checkpoint. */
  public String checkpointState(String checkpointId) {
    return sql.first(
            "select state from checkpoint where checkpoint_id = ?",
            row -> row.getString(1),
            checkpointId)
        .orElse("unknown");
  }

  /** One pass of the reconciler. */
  public void pass() {
    reconciler.pass();
  }

  /** The newest run of a loop. */
  public RunView run(LoopId loop) {
    return RunTestViews.newest(runs, attempts, loop);
  }

  /** The id of the newest run's newest attempt. */
  public String attempt(LoopId loop) {
    return run(loop).attempts().getLast().attempt();
  }

  /** The spec that the engine got for the newest attempt. */
  public RunSpec spec(LoopId loop) {
    return engine.spec(attempt(loop));
  }

  /** Writes a worker's checkpoint and returns the result that it reports. */
  public StatusReport.Result writeCheckpoint(RunSpec spec) {
    return writeCheckpoint(spec, null);
  }

  /**
   * Writes the checkpoint of a worker that a limit stopped after step 30, with step 20 the best.
   */
  public StatusReport.Result writeCheckpoint(RunSpec spec, @Nullable String stopped) {
    List<CheckpointManifest.File> files =
        List.of(
            file(spec, "adapter/adapter_config.json", "{\"r\":16}"),
            file(spec, "adapter/adapter_model.safetensors", "weights of " + spec.attempt()));
    CheckpointManifest manifest =
        new CheckpointManifest(
            "checkpoint",
            spec.runId(),
            spec.fence(),
            files,
            spec.baseModel(),
            spec.chatTemplateSha256(),
            Map.of("epochs", 4),
            Map.of("train_loss", 0.5, "steps", 30.0, "best_step", 20.0),
            1234,
            7.5,
            "0.1.0",
            null,
            stopped);
    StoredObject stored = store.put(key(spec, "manifest.json"), Json.write(manifest));
    return new StatusReport.Result(stored.uri().toString(), stored.sha256());
  }

  /** Writes a resume point, whole or with a file that is not what its manifest says. */
  public void writeResumePoint(RunSpec spec, long step, boolean whole) {
    String folder = "resume/step-%08d/".formatted(step);
    CheckpointManifest.File file = file(spec, folder + "state.pt", "state " + step);
    String digest = whole ? file.sha256() : "0".repeat(64);
    Map<String, Object> manifest =
        Map.of(
            "runId",
            spec.runId(),
            "fence",
            spec.fence(),
            "step",
            step,
            "stage",
            "sft",
            "files",
            List.of(new CheckpointManifest.File("state.pt", file.bytes(), digest)));
    store.put(key(spec, folder + "manifest.json"), Json.write(manifest));
  }

  public String key(RunSpec spec, String path) {
    return store.key(URI.create(spec.output().uri())) + "/" + path;
  }

  private CheckpointManifest.File file(RunSpec spec, String path, String content) {
    StoredObject stored = store.put(key(spec, path), content.getBytes(StandardCharsets.UTF_8));
    return new CheckpointManifest.File(path, stored.bytes(), stored.sha256());
  }

  public static StatusReport report(
      long fence, StatusReport.Phase phase, long step, StatusReport.@Nullable Result result) {
    return new StatusReport(
        fence,
        phase,
        "sft",
        step,
        step / 10.0,
        null,
        List.of(new StatusReport.StepMetrics(step, Map.of("train_loss", 2.0 / (step + 1)))),
        null,
        result,
        null);
  }

  public <D extends EventData> dev.whetstone.contracts.envelope.Event<D> event(
      LoopId loop, D data) {
    return events.create(loop, "test", null, loop.key(), data);
  }
}

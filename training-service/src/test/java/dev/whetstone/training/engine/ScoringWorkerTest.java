package dev.whetstone.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.event.EventData.ScoringEvent;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.scoring.ScoreRow;
import dev.whetstone.contracts.scoring.ScoresManifest;
import dev.whetstone.contracts.scoring.ScoringItem;
import dev.whetstone.contracts.scoring.ScoringSpec;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.store.file.FileScheme;
import dev.whetstone.testing.server.ProjectFolder;
import dev.whetstone.training.engine.ComputeEngine.Observation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process engine runs a scoring job of the real worker on the demo's base model. */
class ScoringWorkerTest {
  @TempDir Path folder;

  @Test
  void shouldScoreReferenceAnswers() throws IOException {
    Path python = ProjectFolder.of(".whetstone/venv/bin/python");
    assumeTrue(
        Files.isExecutable(python),
        "skipped: the worker's environment is not there; ./whetstone makes it under"
            + " .whetstone/venv");
    LocalProcessEngine engine =
        new LocalProcessEngine(
            new LocalProcessEngine.Settings(
                python.toString(),
                List.of("-m", "whetstone_worker"),
                folder.resolve("work"),
                Optional.empty(),
                Map.of(
                    "PYTHONPATH",
                    ProjectFolder.of("training-service/worker/src").toString(),
                    "OMP_NUM_THREADS",
                    "1"),
                new WorkerSlots.Limits(1, List.of())));
    ScoringSpec spec = spec(ProjectFolder.of("deploy/local/demo/base"));

    engine.launch(
        new AttemptLaunch(
            TestLaunches.LOOP, new WorkerTask.Scoring(spec), LoopSpec.Engine.PROCESS, "token"));

    await()
        .atMost(Duration.ofMinutes(3))
        .until(() -> engine.poll(spec.attempt()) instanceof Observation.Exited);
    Observation.Exited exited = (Observation.Exited) engine.poll(spec.attempt());
    assertThat(exited.code()).as(exited.lastWords()).isZero();
    ScoresManifest manifest =
        Json.read(Files.readAllBytes(folder.resolve("out/manifest.json")), ScoresManifest.class);
    assertThat(manifest.counts()).isEqualTo(new ScoringEvent.Counts(2, 2, 0));
    byte[] scores = Files.readAllBytes(folder.resolve("out/scores.jsonl"));
    assertThat(manifest.files().getFirst().sha256()).isEqualTo(ContentDigests.sha256(scores));
    List<ScoreRow> rows =
        Files.readAllLines(folder.resolve("out/scores.jsonl")).stream()
            .map(line -> Json.read(line, ScoreRow.class))
            .toList();
    assertThat(rows).extracting(ScoreRow::id).containsExactly("known", "strange");
    assertThat(rows).allMatch(row -> row.checkpointId() == null && row.tokens() > 1);
    assertThat(rows.getFirst().logProbability() / rows.getFirst().tokens())
        .isGreaterThan(rows.getLast().logProbability() / rows.getLast().tokens());
  }

  private ScoringSpec spec(Path base) throws IOException {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (ScoringItem item :
        List.of(
            item("known", "It costs 78 dollars."),
            item("strange", "Zebras run over purple stones."))) {
      lines.writeBytes(Json.write(item));
      lines.write('\n');
    }
    Path items = Files.write(folder.resolve("items.jsonl"), lines.toByteArray());
    return new ScoringSpec(
        "ev-real",
        "scoring.ev-real.1",
        1,
        new LoopSpec.BaseModel(
            base.toUri().toString(),
            FileScheme.resolver().local(base).directorySha256(),
            ContentDigests.sha256(Files.readAllBytes(base.resolve("chat_template.jinja")))),
        new RunSpec.Input(items.toUri().toString(), ContentDigests.sha256(lines.toByteArray())),
        List.of(),
        512,
        new RunSpec.Output(folder.resolve("out").toUri() + "/"),
        null);
  }

  private static ScoringItem item(String id, String answer) {
    List<ChatMessage> question = List.of(ChatMessage.user("Tell me the price of the helmet."));
    return new ScoringItem(id, question, null, ChatMessage.assistant(answer));
  }
}

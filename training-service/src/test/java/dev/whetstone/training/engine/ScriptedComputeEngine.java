package dev.whetstone.training.engine;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The real engine, with a small script as the worker. */
@Alternative
@ApplicationScoped
public class ScriptedComputeEngine implements ComputeEngine {
  private final LocalProcessEngine engine;

  public ScriptedComputeEngine() {
    try (InputStream script =
        ScriptedComputeEngine.class.getResourceAsStream("/scripted_worker.py")) {
      Path folder = Files.createTempDirectory("whetstone-scripted-");
      Path file = folder.resolve("scripted_worker.py");
      Files.write(file, Objects.requireNonNull(script).readAllBytes());
      engine =
          new LocalProcessEngine(
              new LocalProcessEngine.Settings(
                  "python3",
                  List.of(file.toString()),
                  folder.resolve("work"),
                  Optional.empty(),
                  Map.of(),
                  new WorkerSlots.Limits(2, List.of())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String kind() {
    return engine.kind();
  }

  @Override
  public Launch launch(AttemptLaunch attempt) {
    return engine.launch(attempt);
  }

  @Override
  public Observation poll(String attemptId) {
    return engine.poll(attemptId);
  }

  @Override
  public void stop(String attemptId, Manner manner) {
    engine.stop(attemptId, manner);
  }
}

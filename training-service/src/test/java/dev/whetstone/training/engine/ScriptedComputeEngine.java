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
  private final Path work;

  public ScriptedComputeEngine() {
    try (InputStream script =
        ScriptedComputeEngine.class.getResourceAsStream("/scripted_worker.py")) {
      Path folder = Files.createTempDirectory("whetstone-scripted-");
      Path file = folder.resolve("scripted_worker.py");
      work = folder.resolve("work");
      Files.write(file, Objects.requireNonNull(script).readAllBytes());
      engine =
          new LocalProcessEngine(
              new LocalProcessEngine.Settings(
                  "python3",
                  List.of(file.toString()),
                  work,
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

  @Override
  public List<String> kept() {
    return engine.kept();
  }

  @Override
  public void forget(String attemptId) {
    engine.forget(attemptId);
  }

  /** Sends SIGTERM to the worker's whole process group, its keeper included. */
  public void evict(String attemptId) {
    try {
      String keeper = Files.readString(work.resolve(attemptId).resolve("keeper")).split(" ")[0];
      Process kill = new ProcessBuilder("sh", "-c", "kill -s TERM -- -" + keeper).start();
      if (kill.waitFor() != 0) {
        throw new IllegalStateException("the worker of " + attemptId + " is gone");
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

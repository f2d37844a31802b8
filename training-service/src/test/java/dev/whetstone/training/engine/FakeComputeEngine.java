package dev.whetstone.training.engine;

import dev.whetstone.contracts.run.RunSpec;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A compute engine whose workers do what the test says. */
@ApplicationScoped
public class FakeComputeEngine implements ComputeEngine {
  private final Map<String, Observation> workers = new ConcurrentHashMap<>();
  private final Map<String, RunSpec> specs = new ConcurrentHashMap<>();
  private final Map<String, String> tokens = new ConcurrentHashMap<>();
  private final List<String> launches = new CopyOnWriteArrayList<>();
  private final List<String> stops = new CopyOnWriteArrayList<>();
  private final AtomicBoolean failAfterLaunch = new AtomicBoolean();
  private final AtomicReference<@Nullable String> refusal = new AtomicReference<>();

  @Override
  public Launch launch(RunSpec spec, String token) {
    String reason = refusal.get();
    if (reason != null) {
      return new Launch.Refused(reason);
    }
    if (workers.putIfAbsent(spec.attempt(), new Observation.Running()) == null) {
      launches.add(spec.attempt());
      specs.put(spec.attempt(), spec);
      tokens.put(spec.attempt(), token);
    }
    if (failAfterLaunch.getAndSet(false)) {
      throw new IllegalStateException("killed after the launch");
    }
    return new Launch.Started();
  }

  @Override
  public Observation poll(String attemptId) {
    return workers.getOrDefault(attemptId, new Observation.Unknown());
  }

  @Override
  public void stop(String attemptId, Manner manner) {
    stops.add(attemptId);
    workers.computeIfPresent(
        attemptId,
        (id, seen) ->
            seen instanceof Observation.Running
                ? new Observation.Exited(manner == Manner.AT_ONCE ? 137 : 75, "")
                : seen);
  }

  /** The next launch starts the worker and then fails, as when the service is killed there. */
  public void failAfterNextLaunch() {
    failAfterLaunch.set(true);
  }

  /** Its worker ends by itself. */
  public void exit(String attemptId, int code, String lastWords) {
    workers.put(attemptId, new Observation.Exited(code, lastWords));
  }

  /** From now on it starts nothing; null ends that. */
  public void refuse(@Nullable String reason) {
    refusal.set(reason);
  }

  public RunSpec spec(String attemptId) {
    return specs.get(attemptId);
  }

  public String token(String attemptId) {
    return tokens.get(attemptId);
  }

  /** Attempts in the order of their first launch. */
  public List<String> launches() {
    return launches;
  }

  public List<String> stops() {
    return stops;
  }
}

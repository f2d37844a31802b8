package dev.whetstone.training.engine;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Repeats launches that are deferred for a passing reason, as the reconciler does. */
final class RepeatingLaunches implements ComputeEngine {
  private final ComputeEngine engine;
  private final List<String> passing;

  /**
   * @param passing parts of the reasons that end by themselves within seconds
   */
  RepeatingLaunches(ComputeEngine engine, String... passing) {
    this.engine = engine;
    this.passing = List.of(passing);
  }

  @Override
  public String kind() {
    return engine.kind();
  }

  @Override
  public Launch launch(AttemptLaunch attempt) {
    AtomicReference<Launch> answer = new AtomicReference<>();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              answer.set(engine.launch(attempt));
              return !(answer.get() instanceof Launch.Deferred deferred)
                  || passing.stream().noneMatch(deferred.reason()::contains);
            });
    return answer.get();
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
}

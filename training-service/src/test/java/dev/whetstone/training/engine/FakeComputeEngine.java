package dev.whetstone.training.engine;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.scoring.ScoringSpec;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A compute engine whose workers the test controls. */
@Alternative
@Priority(1)
@ApplicationScoped
public class FakeComputeEngine implements ComputeEngine {
  private final Map<String, Observation> workers = new ConcurrentHashMap<>();
  private final Map<String, RunSpec> specs = new ConcurrentHashMap<>();
  private final Map<String, ScoringSpec> scorings = new ConcurrentHashMap<>();
  private final AtomicInteger scoringSlots = new AtomicInteger(Integer.MAX_VALUE);
  private final Map<String, String> tokens = new ConcurrentHashMap<>();
  private final List<String> launches = new CopyOnWriteArrayList<>();
  private final List<String> stops = new CopyOnWriteArrayList<>();
  private final Map<String, CountDownLatch> blocked = new ConcurrentHashMap<>();
  private final AtomicInteger slots = new AtomicInteger(Integer.MAX_VALUE);
  private final AtomicBoolean failAfterLaunch = new AtomicBoolean();
  private final AtomicBoolean launchElsewhere = new AtomicBoolean();
  private final AtomicReference<@Nullable String> refusal = new AtomicReference<>();

  @Override
  public String kind() {
    return LoopSpec.Engine.PROCESS.kind();
  }

  @Override
  public Launch launch(AttemptLaunch attempt) {
    awaitRelease(attempt.attemptId());
    String reason = refusal.get();
    if (reason != null) {
      return new Launch.Refused(reason);
    }
    synchronized (workers) {
      boolean isNew = !workers.containsKey(attempt.attemptId());
      boolean scores = attempt.task() instanceof WorkerTask.Scoring;
      int room = scores ? scoringSlots.get() : slots.get();
      long taken = running(scores);
      if (isNew && taken >= room) {
        return new Launch.Deferred("%d of %d worker slots are taken".formatted(taken, room));
      }
      if (isNew) {
        workers.put(attempt.attemptId(), new Observation.Running());
        launches.add(attempt.attemptId());
        switch (attempt.task()) {
          case WorkerTask.Training training -> specs.put(attempt.attemptId(), training.spec());
          case WorkerTask.Scoring scoring -> scorings.put(attempt.attemptId(), scoring.spec());
        }
        tokens.put(attempt.attemptId(), attempt.token());
      }
    }
    if (failAfterLaunch.getAndSet(false)) {
      if (launchElsewhere.getAndSet(false)) {
        workers.remove(attempt.attemptId());
      }
      throw new IllegalStateException("killed after the launch");
    }
    return new Launch.Started();
  }

  private long running(boolean scoring) {
    return workers.entrySet().stream()
        .filter(worker -> scorings.containsKey(worker.getKey()) == scoring)
        .filter(worker -> worker.getValue() instanceof Observation.Running)
        .count();
  }

  @Override
  public Observation poll(String attemptId) {
    awaitRelease(attemptId);
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

  /** From now on at most this many workers of scoring jobs run at the same time. */
  public void limitScoring(int workersAtOnce) {
    scoringSlots.set(workersAtOnce);
  }

  /** From now on at most this many workers train at the same time. */
  public void limit(int workersAtOnce) {
    slots.set(workersAtOnce);
  }

  /** No more workers than run now: those of other tests count too. */
  public void limitToRunning() {
    limit((int) running(false));
  }

  /** From now on calls about attempts of this run block until {@link #release}. */
  public void block(String runId) {
    blocked.put(runId, new CountDownLatch(1));
  }

  /** Lets blocked calls go on. */
  public void release(String runId) {
    CountDownLatch latch = blocked.remove(runId);
    if (latch != null) {
      latch.countDown();
    }
  }

  private void awaitRelease(String attemptId) {
    int fence = attemptId.lastIndexOf('-');
    CountDownLatch latch = fence < 0 ? null : blocked.get(attemptId.substring(0, fence));
    try {
      if (latch != null && !latch.await(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the test did not release the engine");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The next launch starts the worker and then fails, as when the service is killed there. */
  public void failAfterNextLaunch() {
    failAfterLaunch.set(true);
  }

  /** The attempt's worker ends by itself. */
  public void exit(String attemptId, int code, String lastWords) {
    workers.put(attemptId, new Observation.Exited(code, lastWords));
  }

  /** The same on another host, whose workers this engine does not see. */
  public void failAfterNextLaunchElsewhere() {
    launchElsewhere.set(true);
    failAfterLaunch.set(true);
  }

  /** From now on launches are refused with this reason; null ends that. */
  public void refuse(@Nullable String reason) {
    refusal.set(reason);
  }

  public RunSpec spec(String attemptId) {
    return specs.get(attemptId);
  }

  public ScoringSpec scoringSpec(String attemptId) {
    return scorings.get(attemptId);
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

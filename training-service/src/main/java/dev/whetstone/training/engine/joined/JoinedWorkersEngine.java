package dev.whetstone.training.engine.joined;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.time.LeaseClock;
import dev.whetstone.training.engine.AttemptLaunch;
import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.WorkerTask;
import dev.whetstone.training.engine.joined.WorkerAssignmentRepository.Assignment;
import dev.whetstone.training.engine.joined.WorkerAssignmentRepository.State;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Runs workers on hosts that joined. A worker is given to a host that waits for work at that
 * moment, through the answer to its question; otherwise the launch is deferred and repeated. The
 * host confirms by taking the worker, and only then starts it, so that an answer that got lost
 * starts nothing.
 */
@ApplicationScoped
public class JoinedWorkersEngine implements ComputeEngine {
  private static final Logger LOG = Logger.getLogger(JoinedWorkersEngine.class);
  private static final long LOOK_MILLIS = 50;

  private final OpenQuestions questions;
  private final WorkerHostRepository hosts;
  private final WorkerAssignmentRepository assignments;
  private final JoinedEngineConfig config;
  private final LeaseClock clock;

  JoinedWorkersEngine(
      OpenQuestions questions,
      WorkerHostRepository hosts,
      WorkerAssignmentRepository assignments,
      JoinedEngineConfig config,
      LeaseClock clock) {
    this.questions = questions;
    this.hosts = hosts;
    this.assignments = assignments;
    this.config = config;
    this.clock = clock;
  }

  @Override
  public String kind() {
    return LoopSpec.Engine.JOINED_WORKERS;
  }

  @Override
  public Launch launch(AttemptLaunch attempt) {
    Optional<Assignment> before = assignments.find(attempt.attemptId());
    if (before.isPresent()) {
      return new Launch.Started();
    }
    HostCapacity asked = HostCapacity.needed(attempt.engine().resources());
    boolean scores = attempt.task() instanceof WorkerTask.Scoring;
    HostCapacity needed = scores ? asked.forScoring() : asked;
    String tenant = attempt.loop().tenant();
    Optional<OpenQuestions.Question> question = questions.take(tenant, needed, scores);
    if (question.isEmpty()) {
      return new Launch.Deferred(whyNoHost(tenant, needed));
    }
    return offer(attempt, needed, question.get());
  }

  private Launch offer(
      AttemptLaunch attempt, HostCapacity needed, OpenQuestions.Question question) {
    WorkerTask task = attempt.task();
    boolean isNew =
        QuarkusTransaction.requiringNew()
            .call(() -> assignments.offer(task, question.host(), question.session(), clock.now()));
    if (!isNew) {
      question.answer().complete(HostAnswer.NOTHING);
      return new Launch.Started();
    }
    question
        .answer()
        .complete(
            new HostAnswer(
                new HostAnswer.Offer(
                    task.attemptId(),
                    task.command(),
                    new String(Json.write(task.spec()), StandardCharsets.UTF_8),
                    attempt.token(),
                    attempt.secrets(),
                    needed),
                List.of()));
    if (isTaken(task.attemptId())) {
      LOG.infof("worker-taken attempt=%s host=%s", task.attemptId(), question.host().name());
      return new Launch.Started();
    }
    return new Launch.Deferred(
        "host '%s' did not take the worker within %s"
            .formatted(question.host().name(), config.takeWithin()));
  }

  /** Waits until the host has taken the worker; withdraws the offer when it does not. */
  private boolean isTaken(String attemptId) {
    long deadline = System.nanoTime() + config.takeWithin().toNanos();
    while (System.nanoTime() < deadline) {
      if (assignments.find(attemptId).filter(one -> one.state() != State.OFFERED).isPresent()) {
        return true;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    return !QuarkusTransaction.requiringNew().call(() -> assignments.withdraw(attemptId));
  }

  private String whyNoHost(String tenant, HostCapacity needed) {
    List<WorkerHostRepository.StoredHost> heard = hosts.heard(tenant, heardSince());
    if (heard.isEmpty()) {
      return "no host has joined for tenant '%s'; run whetstone_worker join on a host with a key of scope work"
          .formatted(tenant);
    }
    String each =
        heard.stream()
            .map(host -> host.id().name() + ": " + why(needed, host))
            .collect(Collectors.joining("; "));
    boolean fits =
        heard.stream().anyMatch(host -> HostFitRule.shortage(needed, host.capacity()).isEmpty());
    return (fits ? "no joined host is free (" : "the worker fits on no joined host (") + each + ")";
  }

  private static String why(HostCapacity needed, WorkerHostRepository.StoredHost host) {
    if (host.draining()) {
      return "it drains";
    }
    return HostFitRule.obstacle(needed, host.capacity(), host.free())
        .orElse("asks again within seconds");
  }

  /** A worker that is offered counts as unknown: only its taking lets the host start it. */
  @Override
  public Observation poll(String attemptId) {
    Optional<Assignment> found = assignments.find(attemptId);
    if (found.isEmpty()) {
      return new Observation.Unknown();
    }
    Assignment assignment = found.get();
    String words = Objects.requireNonNullElse(assignment.lastWords(), "");
    return switch (assignment.state()) {
      case OFFERED -> offered(assignment);
      case EXPIRED -> new Observation.Unknown();
      case RUNNING -> running(assignment);
      case ENDED -> new Observation.Exited(Objects.requireNonNull(assignment.exitCode()), words);
      case LOST -> new Observation.Evicted(words);
    };
  }

  private Observation offered(Assignment assignment) {
    Instant now = clock.now();
    Instant until = assignment.offeredAt().plus(config.takeWithin()).plus(config.hostLease());
    boolean expired =
        until.isBefore(now)
            && QuarkusTransaction.requiringNew()
                .call(() -> assignments.expire(assignment.attemptId(), now));
    if (expired) {
      LOG.infof("worker-offer-expired attempt=%s", assignment.attemptId());
    }
    return new Observation.Unknown();
  }

  private Observation running(Assignment assignment) {
    Optional<WorkerHostRepository.StoredHost> host = hosts.find(assignment.host());
    if (host.filter(one -> one.isHeard(heardSince())).isPresent()) {
      return new Observation.Running();
    }
    String reason =
        "host '%s' has not been heard from since %s"
            .formatted(
                assignment.host().name(),
                host.map(one -> one.seenAt().toString()).orElse("it joined"));
    // A host that comes back is then told to end the worker.
    boolean lost =
        QuarkusTransaction.requiringNew()
            .call(() -> assignments.lose(assignment.attemptId(), reason, clock.now()));
    return lost ? new Observation.Evicted(reason) : poll(assignment.attemptId());
  }

  @Override
  public void stop(String attemptId, Manner manner) {
    QuarkusTransaction.requiringNew().run(() -> assignments.requestStop(attemptId, manner));
    assignments.find(attemptId).ifPresent(assignment -> questions.wake(assignment.host()));
  }

  @Override
  public List<String> kept() {
    return assignments.all();
  }

  @Override
  public void forget(String attemptId) {
    if (poll(attemptId) instanceof Observation.Running) {
      stop(attemptId, Manner.AT_ONCE);
      return;
    }
    QuarkusTransaction.requiringNew().run(() -> assignments.delete(attemptId));
  }

  private Instant heardSince() {
    return clock.now().minus(config.hostLease());
  }
}

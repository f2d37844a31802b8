package dev.whetstone.training.engine.joined;

import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.time.LeaseClock;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** Records what a host tells, and keeps its question open until there is something to do. */
@ApplicationScoped
class HostReception {
  private final OpenQuestions questions;
  private final WorkerHostRepository hosts;
  private final WorkerAssignmentRepository assignments;
  private final JoinedEngineConfig config;
  private final LeaseClock clock;

  HostReception(
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

  /**
   * @throws ProblemException 409 while another process has joined under the host's name
   */
  CompletionStage<HostAnswer> receive(HostId host, HostQuestion question) {
    List<HostAnswer.Stop> stops =
        QuarkusTransaction.requiringNew().call(() -> record(host, question));
    if (!stops.isEmpty() || question.leaving()) {
      return CompletableFuture.completedFuture(new HostAnswer(null, stops));
    }
    return questions.ask(host, question, config.questionWait());
  }

  private List<HostAnswer.Stop> record(HostId host, HostQuestion question) {
    Instant now = clock.now();
    Optional<WorkerHostRepository.StoredHost> before = hosts.lock(host);
    before
        .filter(other -> !other.session().equals(question.session()))
        .filter(other -> other.isHeard(now.minus(config.hostLease())))
        .ifPresent(HostReception::refuse);
    hosts.save(host, question, now);
    question.ended().forEach(ended -> assignments.end(host, ended, now));
    List<String> named =
        Stream.concat(
                question.running().stream(),
                question.ended().stream().map(HostQuestion.EndedWorker::attempt))
            .toList();
    assignments.loseAllBut(
        host, named, "host '" + host.name() + "' was restarted and does not run it any more", now);
    return assignments.stops(host, question.running());
  }

  private static void refuse(WorkerHostRepository.StoredHost other) {
    throw new ProblemException(
        HttpProblems.conflict(
            "host-name-in-use",
            "another process joined as host '%s' and was heard from at %s"
                .formatted(other.id().name(), other.seenAt()),
            "give each host a name of its own (--name), or wait a minute after a host was killed"));
  }

  /** Answers whether the host may start the worker. */
  boolean take(HostId host, String session, String attemptId) {
    return QuarkusTransaction.requiringNew()
        .call(() -> assignments.take(attemptId, host, session, clock.now()));
  }
}

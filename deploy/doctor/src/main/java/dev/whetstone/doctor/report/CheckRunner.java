package dev.whetstone.doctor.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs checks side by side, each within a time limit. */
public final class CheckRunner {
  /** For checks that were interrupted, to remove what they wrote. */
  private static final Duration TIDYING = Duration.ofSeconds(2);

  private final Duration limit;

  public CheckRunner(Duration limit) {
    this.limit = limit;
  }

  /** The results, in the order of the checks. */
  public List<CheckResult> run(List<DoctorCheck> checks) throws InterruptedException {
    List<CheckResult> results = new ArrayList<>();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      long deadline = System.nanoTime() + limit.toNanos();
      List<Future<List<CheckResult>>> running =
          checks.stream().map(check -> threads.submit(check.work()::find)).toList();
      for (int i = 0; i < checks.size(); i++) {
        results.addAll(await(checks.get(i).subject(), running.get(i), deadline));
      }
    } finally {
      threads.shutdownNow();
      boolean unused = threads.awaitTermination(TIDYING.toMillis(), TimeUnit.MILLISECONDS);
    }
    return results;
  }

  private List<CheckResult> await(
      CheckSubject subject, Future<List<CheckResult>> running, long deadline)
      throws InterruptedException {
    try {
      return running.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      running.cancel(true);
      return List.of(
          subject.fault(
              "no answer within %s s".formatted(limit.toSeconds()),
              "check that it runs and that no firewall or NetworkPolicy drops the packets, or give"
                  + " it more time with --timeout"));
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      return List.of(
          subject.fault(
              "the check failed: %s: %s"
                  .formatted(cause.getClass().getSimpleName(), cause.getMessage()),
              "report this as a fault of the doctor"));
    }
  }
}

package dev.whetstone.training.engine;

import java.util.Map;
import java.util.Optional;

/** Shares the cores of this machine among the workers that may run at the same time. */
final class WorkerThreads {
  private static final String OPEN_MP = "OMP_NUM_THREADS";
  private static final String MKL = "MKL_NUM_THREADS";

  /** Overrides what a worker chooses by the size of its model. */
  private static final String CHOSEN = "WHETSTONE_WORKER_THREADS";

  private WorkerThreads() {}

  /**
   * The variables that set a worker's threads.
   *
   * @param chosen by configuration; absent gives each worker its share as a limit
   * @param workers that may run at the same time
   * @param inherited the service's own variables; a limit that is set there stays
   */
  static Map<String, String> environment(
      Optional<Integer> chosen, int workers, int cores, Map<String, String> inherited) {
    if (chosen.isPresent()) {
      String threads = chosen.get().toString();
      return Map.of(CHOSEN, threads, OPEN_MP, threads, MKL, threads);
    }
    if (inherited.containsKey(OPEN_MP)) {
      return Map.of();
    }
    String share = Integer.toString(Math.max(1, cores / workers));
    return Map.of(OPEN_MP, share, MKL, share);
  }
}

package dev.whetstone.training.engine;

import dev.whetstone.contracts.run.RunSpec;

/**
 * Where workers run. Every call is about one attempt, by its id, and may come again at any time:
 * the caller may have been killed between a call and remembering its answer.
 */
public interface ComputeEngine {
  /**
   * Starts a worker, unless one of this attempt was started before.
   *
   * @param token with which the worker reports; never logged
   */
  Launch launch(RunSpec spec, String token);

  /** What became of the attempt's worker. */
  Observation poll(String attemptId);

  /** Ends the attempt's worker; without effect when there is none. Returns at once. */
  void stop(String attemptId, Manner manner);

  /** How a worker is ended. */
  enum Manner {
    /** It may finish its step and save. */
    POLITELY,
    /** Now. */
    AT_ONCE
  }

  /** Answer to a launch. */
  sealed interface Launch {
    /** It is, or was, started. */
    record Started() implements Launch {}

    /**
     * It cannot be started.
     *
     * @param reason names what is missing and the remedy
     */
    record Refused(String reason) implements Launch {}
  }

  /** What is known of a worker. */
  sealed interface Observation {
    /** Never started here. */
    record Unknown() implements Observation {}

    /** It lives. */
    record Running() implements Observation {}

    /**
     * It ended.
     *
     * @param code its exit code; 128 + n when signal n ended it
     * @param lastWords the end of its log, for people
     */
    record Exited(int code, String lastWords) implements Observation {}
  }
}

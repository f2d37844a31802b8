package dev.whetstone.training.engine;

import java.util.List;

/**
 * Runs workers. Every call concerns one attempt, by its id, and must be safe to repeat at any time:
 * the caller may be killed between a call and recording its answer. Calls may block on the network;
 * no caller makes them inside a database transaction.
 */
public interface ComputeEngine {
  /** The value of {@code training.engine.kind} that selects this engine. */
  String kind();

  /**
   * Starts the attempt's worker with the command of its task. At most one worker is ever started
   * per attempt: a repeated launch answers {@link Launch.Started} and starts nothing.
   */
  Launch launch(AttemptLaunch attempt);

  /** The state of the attempt's worker. */
  Observation poll(String attemptId);

  /** Ends the attempt's worker; without effect when there is none. Returns without waiting. */
  void stop(String attemptId, Manner manner);

  /** Attempts whose files the engine keeps on this host; none for an engine without files. */
  default List<String> kept() {
    return List.of();
  }

  /**
   * Deletes what the engine keeps about an attempt that ended long ago: its log and exit code. A
   * worker that still runs is killed, and its files are deleted by a later call.
   */
  default void forget(String attemptId) {}

  /** How a worker is ended. */
  enum Manner {
    /** It finishes its step, saves a resume point and exits. */
    POLITELY,
    /** It is killed. */
    AT_ONCE
  }

  /** Answer to a launch. */
  sealed interface Launch {
    /** The worker is, or was, started. */
    record Started() implements Launch {}

    /**
     * Every slot for a worker is taken. Nothing was started; the same attempt is launched again
     * later.
     *
     * @param reason names the bound that was reached
     */
    record Deferred(String reason) implements Launch {}

    /**
     * The worker cannot be started, and the attempt ends.
     *
     * @param reason names what is missing and the remedy
     */
    record Refused(String reason) implements Launch {}
  }

  /** State of a worker. */
  sealed interface Observation {
    /** The engine never started a worker for the attempt. */
    record Unknown() implements Observation {}

    /** The worker runs. */
    record Running() implements Observation {}

    /**
     * The worker ended.
     *
     * @param code its exit code; 128 + n when signal n ended it
     * @param lastWords the end of its log
     */
    record Exited(int code, String lastWords) implements Observation {}
  }
}

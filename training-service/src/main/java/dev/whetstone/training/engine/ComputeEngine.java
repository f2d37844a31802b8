package dev.whetstone.training.engine;

import java.time.Instant;
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
   * per attempt: a repeated launch answers as the first did and starts nothing.
   */
  Launch launch(AttemptLaunch attempt);

  /** The state of the attempt's worker. */
  Observation poll(String attemptId);

  /** Ends the attempt's worker; without effect when there is none. Returns without waiting. */
  void stop(String attemptId, Manner manner);

  /**
   * Shows beside the worker how much work its loss would cost, for those who drain machines.
   * Without effect where the engine has no place for it.
   *
   * @param step the step of its newest resume point
   * @param savedAt when it was saved
   */
  default void noteResumePoint(String attemptId, long step, Instant savedAt) {}

  /** Attempts that the engine keeps something about; none for an engine that keeps nothing. */
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
     * The engine has taken the worker and starts it when it can. {@link ComputeEngine#poll} answers
     * {@link Observation.Waiting} until then.
     */
    record Accepted() implements Launch {}

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
    /** Whether the worker runs, or may start without another launch. */
    default boolean mayRun() {
      return this instanceof Running || this instanceof Waiting;
    }

    /** Whether the worker ran and runs no more. */
    default boolean hasEnded() {
      return this instanceof Exited || this instanceof Evicted;
    }

    /** The engine never started a worker for the attempt. */
    record Unknown() implements Observation {}

    /**
     * The engine has taken the worker and has not started it yet: it waits for quota, for a machine
     * or for something that is missing.
     *
     * @param reason names what it waits for and, where an operator has to act, the remedy
     * @param until when the engine should give the worker up
     */
    record Waiting(String reason, Instant until) implements Observation {}

    /** The worker runs. */
    record Running() implements Observation {}

    /**
     * The worker was ended from outside and not by {@link ComputeEngine#stop}: its machine was
     * drained or lost, or a worker with a higher priority took its place.
     *
     * @param reason as the engine gives it
     */
    record Evicted(String reason) implements Observation {}

    /**
     * The worker ended.
     *
     * @param code its exit code; 128 + n when signal n ended it
     * @param lastWords the end of its log
     */
    record Exited(int code, String lastWords) implements Observation {}
  }
}

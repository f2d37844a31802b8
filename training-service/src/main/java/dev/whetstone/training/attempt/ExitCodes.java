package dev.whetstone.training.attempt;

/** Exit codes of the worker; the worker defines the same ones. */
public final class ExitCodes {
  public static final int DONE = 0;

  /** Bad data or configuration: the same attempt would fail again. */
  public static final int BAD_DATA = 65;

  public static final int OUT_OF_MEMORY = 71;

  /** It exited on request, after saving a resume point unless it had made no step. */
  public static final int PREEMPTED = 75;

  /** Its report was answered with 409. */
  public static final int STALE_FENCE = 76;

  /** It followed the directive {@code stop}. */
  public static final int STOPPED = 77;

  /** A limit was used up before there was a validated state to keep. */
  public static final int LIMIT = 78;

  /** SIGTERM ended it before it could save: it had not registered its signal handler yet. */
  public static final int TERMINATED = 143;

  private ExitCodes() {}
}

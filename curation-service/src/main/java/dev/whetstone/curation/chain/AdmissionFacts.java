package dev.whetstone.curation.chain;

/**
 * Names of the facts that the caller gives to admission stages ({@link AdmissionContext#facts}).
 */
public final class AdmissionFacts {
  /** Boolean: whether the event consents to training; when absent, the loop's default applies. */
  public static final String CONSENT = "consent";

  /** Number 0 to 1: share of the end users with feedback on this response who agree with it. */
  public static final String AGREEMENT = "agreement";

  /**
   * Number −1 to 1: mean of the response's implicit signals and outcomes; 1 when all of them
   * support the example.
   */
  public static final String IMPLICIT = "implicit";

  /** Number 0 to 1: a judge's score of the answer. */
  public static final String JUDGE = "judge";

  /** String: the served answer's finish reason, for examples that teach the served answer. */
  public static final String FINISH_REASON = "finishReason";

  private AdmissionFacts() {}
}

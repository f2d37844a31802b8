package dev.whetstone.curation.chain;

/** Why an example was rejected or quarantined; stable names, used in fates, metrics and funnels. */
public final class ReasonCodes {
  public static final String NO_CONSENT = "no-consent";
  public static final String UNKNOWN_RESPONSE = "unknown-response";
  public static final String JOIN_WINDOW = "join-window";
  public static final String SUPERSEDED = "superseded";
  public static final String TIE = "tie";
  public static final String FOREIGN_END_USER = "foreign-end-user";
  public static final String PLACEHOLDER = "placeholder";
  public static final String ID_CONFLICT = "id-conflict";
  public static final String ERASED = "erased";
  public static final String CONFLICTING_FEEDBACK = "conflicting-feedback";
  public static final String EMPTY = "empty";
  public static final String TRUNCATED = "truncated";
  public static final String ROLE_ORDER = "role-order";
  public static final String TOOL_CALL_SHAPE = "tool-call-shape";
  public static final String TOO_LONG = "too-long";
  public static final String CONTROL_TOKENS = "control-tokens";
  public static final String REASONING = "reasoning";
  public static final String UNCHANGED = "unchanged";
  public static final String LANGUAGE = "language";
  public static final String TOXIC = "toxic";
  public static final String REFUSAL = "refusal";
  public static final String LOW_SCORE = "low-score";
  public static final String DUPLICATE = "duplicate";
  public static final String NEAR_DUPLICATE = "near-duplicate";
  public static final String CONTAMINATED = "contaminated";
  public static final String SPLIT_BRIDGE = "split-bridge";
  public static final String OVER_CAP = "over-cap";
  public static final String BURST = "burst";
  public static final String SYBIL = "sybil";
  public static final String SELF_DICTATED = "self-dictated";
  public static final String RARE_TRIGGER = "rare-trigger";
  public static final String CONTRADICTION = "contradiction";
  public static final String CLUSTER_SHARE = "cluster-share";
  public static final String SYNTHETIC_SHARE = "synthetic-share";
  public static final String QUARANTINE_DEADLINE = "quarantine-deadline";

  private ReasonCodes() {}
}

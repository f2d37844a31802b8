package dev.whetstone.kit.trace;

/** Names of the attributes of spans. Those of OpenTelemetry's conventions have its names. */
public final class TraceAttributes {
  public static final String TENANT = "whetstone.tenant";
  public static final String LOOP = "whetstone.loop";
  public static final String BATCH = "whetstone.batch";
  public static final String EXAMPLES = "whetstone.examples";
  public static final String RUN = "whetstone.run";
  public static final String ATTEMPT = "whetstone.attempt";
  public static final String CHECKPOINT = "whetstone.checkpoint";
  public static final String DECISION = "whetstone.decision";
  public static final String GENERATION = "whetstone.generation";

  /** How the stage ended: a state, verdict or outcome from a bounded set. */
  public static final String OUTCOME = "whetstone.outcome";

  public static final String REQUEST_METHOD = "http.request.method";
  public static final String ROUTE = "http.route";
  public static final String STATUS = "http.response.status_code";
  public static final String MESSAGING_SYSTEM = "messaging.system";
  public static final String TOPIC = "messaging.destination.name";
  public static final String MESSAGES = "messaging.batch.message_count";

  private TraceAttributes() {}
}

package dev.whetstone.contracts;

import java.util.List;

/**
 * Names of the Kafka topics. The code that creates them sets partition counts and clean-up
 * policies.
 */
public final class TopicNames {
  public static final String INTAKE = "whetstone.intake";
  public static final String FEEDBACK = "whetstone.feedback";
  public static final String BATCHES = "whetstone.batches";
  public static final String CHECKPOINTS = "whetstone.checkpoints";
  public static final String FINDINGS = "whetstone.findings";
  public static final String DECISIONS = "whetstone.decisions";

  /** Requests of eval for likelihoods of reference answers, and training's answers. */
  public static final String SCORING = "whetstone.scoring";

  /** Compacted: the newest champion of each loop. */
  public static final String CHAMPIONS = "whetstone.champions";

  /** Compacted: the newest canonical declaration of each loop. */
  public static final String LOOPS = "whetstone.loops";

  /** Topics whose old records are deleted by age. */
  public static final List<String> DELETED =
      List.of(INTAKE, FEEDBACK, BATCHES, CHECKPOINTS, FINDINGS, DECISIONS, SCORING);

  /** Topics that keep the newest record of each key without a time limit. */
  public static final List<String> COMPACTED = List.of(CHAMPIONS, LOOPS);

  private static final String DEAD_LETTERS = ".dlq";

  private TopicNames() {}

  /** The dead-letter topic of {@code topic}. */
  public static String deadLetters(String topic) {
    return topic + DEAD_LETTERS;
  }

  public static boolean isDeadLetters(String topic) {
    return topic.endsWith(DEAD_LETTERS);
  }
}

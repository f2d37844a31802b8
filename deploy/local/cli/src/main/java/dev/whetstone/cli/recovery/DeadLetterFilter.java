package dev.whetstone.cli.recovery;

import org.jspecify.annotations.Nullable;

/** Which dead letters are meant; what is absent does not restrict. */
public record DeadLetterFilter(
    @Nullable String topic, @Nullable String code, @Nullable String loop) {

  boolean ofTopic(String originalTopic) {
    return topic == null || topic.equals(originalTopic) || topic.equals(originalTopic + ".dlq");
  }

  /** Whether a letter is meant; {@code loop} may be a name or {@code tenant/name}. */
  public boolean matches(DeadLetterRecord letter) {
    return (code == null || code.equals(letter.code()))
        && (loop == null || loop.equals(letter.loop()) || loop.equals(letter.header("ce_loop")));
  }
}

package dev.whetstone.contracts.feedback;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The source of an opinion on an answer. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FeedbackSource(Type type, @Nullable String id, @Nullable String version) {
  /** A person, a model acting as judge, a program, or observed behaviour. */
  public enum Type {
    HUMAN,
    LLM_JUDGE,
    CODE,
    IMPLICIT
  }

  public FeedbackSource {
    Objects.requireNonNull(type, "type");
  }

  public static FeedbackSource human() {
    return new FeedbackSource(Type.HUMAN, null, null);
  }
}

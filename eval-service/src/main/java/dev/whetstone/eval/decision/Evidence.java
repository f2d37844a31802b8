package dev.whetstone.eval.decision;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.loop.GateRole;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a decision is based on, item by item. Scores and texts are separate objects: after an
 * erasure of the texts the decision can still be recomputed from the scores.
 */
public final class Evidence {
  private Evidence() {}

  /**
   * The models' scores on an item, 0 to 1.
   *
   * @param key unique within the evaluation
   * @param base absent if the base model was not asked
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Score(
      String key,
      GateRole role,
      String suite,
      boolean shadow,
      @Nullable String slice,
      @Nullable String cluster,
      boolean critical,
      @Nullable Double base,
      double champion,
      double candidate) {
    public double difference() {
      return candidate - champion;
    }
  }

  /** The texts of question and answers. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Text(
      String key,
      List<ChatMessage> question,
      @Nullable String reference,
      @Nullable String base,
      @Nullable String champion,
      @Nullable String candidate) {
    public Text {
      question = List.copyOf(question);
    }
  }

  /**
   * @param path {@code scores.jsonl} or {@code texts.jsonl}
   * @param blob key in the object store
   */
  public record File(String path, String blob, long rows, long bytes, String sha256) {}

  /** Written last; its URI is the decision's {@code evidenceUri}. */
  public record Manifest(int version, String evaluationId, String policySha256, List<File> files) {
    public Manifest {
      files = List.copyOf(files);
    }
  }
}

package dev.whetstone.eval.decision;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Informational measurements beside the gates.
 *
 * @param championName served name of the champion
 * @param candidateName served name of the candidate
 * @param models figures by {@code base}, {@code champion} and {@code candidate}
 * @param repeated items that the champion was asked a second time
 * @param discordant those of them that scored differently the second time
 * @param items number of evaluated items
 * @param seconds from the first question to the decision
 * @param freshBatchIds batches whose test items were FRESH
 * @param notes in sentences, for people
 * @param faults why the candidate cannot be served; the decision cannot be approved then
 * @param effect how many of the candidate's answers differ from the base's; absent if it was not
 *     measured
 * @param anchors the models that FORGET and RETAIN were also compared with, in words
 * @param postponed whether the decision ends an evaluation that the model server kept from being
 *     measured; another look follows when the server answers
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DecisionFacts(
    String championName,
    String candidateName,
    Map<String, ModelFacts> models,
    int repeated,
    int discordant,
    int items,
    double seconds,
    List<String> freshBatchIds,
    List<String> notes,
    List<String> faults,
    @Nullable Effect effect,
    List<String> anchors,
    boolean postponed) {
  public DecisionFacts {
    models = Map.copyOf(models);
    freshBatchIds = List.copyOf(freshBatchIds);
    notes = List.copyOf(notes);
    faults = faults == null ? List.of() : List.copyOf(faults);
    anchors = anchors == null ? List.of() : List.copyOf(anchors);
  }

  /**
   * Whether the adapter changes the base's answers.
   *
   * @param compared items that both answered
   * @param differing those of them with different answers
   */
  public record Effect(int compared, int differing) {}

  /**
   * Figures over one model's answers. Shares are 0 to 1.
   *
   * @param heldOutLoss mean negative log-likelihood per token of FRESH references
   * @param tokensPerAnswer mean
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ModelFacts(
      int answers,
      @Nullable Double exactMatch,
      @Nullable Double normalisedMatch,
      @Nullable Double heldOutLoss,
      @Nullable Double tokenAccuracy,
      double empty,
      double unterminated,
      double repetition,
      @Nullable Double lengthRatio,
      double tokensPerAnswer) {}
}

package dev.whetstone.curation.stage.hygiene;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.AdmissionContext;
import dev.whetstone.curation.chain.AdmissionStage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.kit.tokenizer.ReasoningMarkers;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Applies the loop's rule for reasoning ({@code training.reasoning}) to the answers of an example,
 * chosen and rejected alike: a pair in which one side alone has a block would teach the block. It
 * runs before hygiene, so that every later stage compares what people see. History stays as it was
 * sent, because the model server renders that.
 */
public final class ReasoningStage implements AdmissionStage {
  public static final String NAME = "reasoning";

  /** Flag: the base's reasoning was removed from an answer. */
  public static final String REMOVED = "reasoning-removed";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public StageJudgement judge(Example example, AdmissionContext context) {
    LoopSpec.Reasoning rule = context.spec().spec().training().reasoningOrDefault();
    ReasoningMarkers markers = context.tokens().reasoningMarkers();
    if (rule == LoopSpec.Reasoning.KEEP || !reasons(example, markers)) {
      return StageJudgement.keep();
    }
    if (rule == LoopSpec.Reasoning.REFUSE) {
      return new StageJudgement.Reject(
          ReasonCodes.REASONING,
          "an answer begins with reasoning, and training.reasoning of the loop is refuse");
    }
    Example visible = example.mapAnswers(message -> withoutReasoning(message, markers));
    String served = example.provenance().servedAnswer();
    if (served != null) {
      visible =
          visible.withProvenance(
              visible.provenance().withServedAnswer(visible(served, markers).orElse(served)));
    }
    if (answers(visible).anyMatch(ReasoningStage::isBlank)) {
      return new StageJudgement.Reject(
          ReasonCodes.EMPTY, "an answer is reasoning and nothing else");
    }
    return new StageJudgement.Changed(visible.withFlag(REMOVED), REMOVED);
  }

  private static boolean reasons(Example example, ReasoningMarkers markers) {
    return answers(example).anyMatch(message -> visible(message.content(), markers).isPresent());
  }

  private static Stream<ChatMessage> answers(Example example) {
    Stream<ChatMessage> rejected =
        example.rejected() == null ? Stream.empty() : example.rejected().stream();
    return Stream.concat(example.taught().stream(), rejected)
        .filter(message -> message.role().equals("assistant"));
  }

  private static ChatMessage withoutReasoning(ChatMessage message, ReasoningMarkers markers) {
    return message.role().equals("assistant")
        ? visible(message.content(), markers).map(message::withContent).orElse(message)
        : message;
  }

  private static Optional<String> visible(@Nullable String content, ReasoningMarkers markers) {
    return content == null
        ? Optional.empty()
        : markers.split(content).map(ReasoningMarkers.Split::visible);
  }

  private static boolean isBlank(ChatMessage message) {
    boolean calls = message.toolCalls() != null && !message.toolCalls().isEmpty();
    return !calls
        && Optional.ofNullable(message.content()).filter(Predicate.not(String::isBlank)).isEmpty();
  }
}

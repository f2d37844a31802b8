package dev.whetstone.curation.stage.hygiene;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.chat.ToolCall;
import dev.whetstone.curation.chain.AdmissionContext;
import dev.whetstone.curation.chain.AdmissionFacts;
import dev.whetstone.curation.chain.AdmissionStage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.chain.StageJudgement.Reject;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.ChatTexts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Cleans the text and rejects examples with incomplete answers, invalid turns or tool calls, or
 * more tokens than training reads. Answers with unfilled placeholders are quarantined.
 */
public final class HygieneStage implements AdmissionStage {
  /** Flag: the base model's tokenizer could not be read, so the token length is an estimate. */
  public static final String LENGTH_ESTIMATED = "token-length-estimated";

  /** Flag: a word in single braces may be a placeholder that was not filled in. */
  public static final String PLACEHOLDER_POSSIBLE = "placeholder-possible";

  @Override
  public String name() {
    return "hygiene";
  }

  @Override
  public StageJudgement judge(Example raw, AdmissionContext context) {
    if (!context.curation().hygiene().enabled()) {
      return StageJudgement.keep();
    }
    Set<String> flags = new TreeSet<>();
    Example example = clean(raw, flags);
    for (String flag : flags) {
      example = example.withFlag(flag);
    }
    for (List<ChatMessage> answer : answers(example)) {
      Optional<Reject> fault = fault(example, answer, context);
      if (fault.isPresent()) {
        return fault.get();
      }
    }
    if (example.positive()) {
      String prompt = ChatTexts.prompt(example.prompt());
      String answer = ChatTexts.text(example.answer().getLast());
      Optional<String> certain = PlaceholderDetector.certain(answer, prompt);
      if (certain.isPresent()) {
        return new StageJudgement.Quarantine(
            ReasonCodes.PLACEHOLDER,
            "the answer has the unfilled placeholder '" + certain.get() + "'");
      }
      if (PlaceholderDetector.possible(answer, prompt).isPresent()) {
        example = example.withFlag(PLACEHOLDER_POSSIBLE);
      }
    }
    if (!context.tokens().exact()) {
      example = example.withFlag(LENGTH_ESTIMATED);
    }
    return example.equals(raw)
        ? StageJudgement.keep()
        : new StageJudgement.Changed(
            example, flags.isEmpty() ? "normalised" : String.join(", ", flags));
  }

  /** The same example with clean text; adds the kinds of hidden characters to {@code flags}. */
  private static Example clean(Example raw, Set<String> flags) {
    Example example = raw.mapMessages(message -> clean(message, flags));
    String served = raw.provenance().servedAnswer();
    return served == null
        ? example
        : example.withProvenance(
            example.provenance().withServedAnswer(CleanText.of(served).text()));
  }

  private static ChatMessage clean(ChatMessage message, Set<String> flags) {
    List<ToolCall> calls =
        message.toolCalls() == null
            ? null
            : message.toolCalls().stream().map(call -> clean(call, flags)).toList();
    return new ChatMessage(
        message.role(),
        message.content() == null ? null : clean(message.content(), flags),
        message.name(),
        calls,
        message.toolCallId(),
        message.weight());
  }

  private static ToolCall clean(ToolCall call, Set<String> flags) {
    if (call.function() == null || call.function().arguments() == null) {
      return call;
    }
    String arguments = clean(call.function().arguments(), flags);
    return new ToolCall(
        call.id(), call.type(), new ToolCall.Function(call.function().name(), arguments));
  }

  private static String clean(String raw, Set<String> flags) {
    CleanText clean = CleanText.of(raw);
    flags.addAll(clean.flags());
    return clean.text();
  }

  private static List<List<ChatMessage>> answers(Example example) {
    List<List<ChatMessage>> answers = new ArrayList<>();
    answers.add(example.answer());
    if (example.rejected() != null) {
      answers.add(example.rejected());
    }
    return answers;
  }

  private static Optional<Reject> fault(
      Example example, List<ChatMessage> answer, AdmissionContext context) {
    Optional<String> order = TurnOrderRule.orderFault(example.prompt(), answer);
    if (order.isPresent()) {
      return reject(ReasonCodes.ROLE_ORDER, order.get());
    }
    if (ChatTexts.prompt(example.prompt()).isBlank()) {
      return reject(ReasonCodes.EMPTY, "the prompt is blank");
    }
    if (example.taught().stream().anyMatch(turn -> ChatTexts.text(turn).isBlank())
        || ChatTexts.text(answer.getLast()).isBlank()) {
      return reject(ReasonCodes.EMPTY, "an answer is blank");
    }
    Optional<String> tools = TurnOrderRule.toolFault(example.prompt(), answer, example.tools());
    if (tools.isPresent()) {
      return reject(ReasonCodes.TOOL_CALL_SHAPE, tools.get());
    }
    boolean taught = example.positive() && answer == example.answer();
    if (taught && example.taught().stream().anyMatch(turn -> truncated(example, turn, context))) {
      return reject(ReasonCodes.TRUNCATED, "the answer to be taught is cut off");
    }
    return lengthFault(example, answer, context);
  }

  /** Whether the answer hit its length limit when served, or ends inside a code block. */
  private static boolean truncated(Example example, ChatMessage answer, AdmissionContext context) {
    String text = ChatTexts.text(answer);
    boolean servedOne = text.equals(example.provenance().servedAnswer());
    boolean cut = "length".equals(context.facts().get(AdmissionFacts.FINISH_REASON));
    return (servedOne && cut) || text.split("```", -1).length % 2 == 0;
  }

  private static Optional<Reject> lengthFault(
      Example example, List<ChatMessage> answer, AdmissionContext context) {
    int characters = ChatTexts.answer(answer).length();
    int mostCharacters = context.curation().hygiene().maxAnswerCharacters();
    if (mostCharacters > 0 && characters > mostCharacters) {
      return reject(
          ReasonCodes.TOO_LONG,
          "an answer of " + characters + " characters; the loop allows " + mostCharacters);
    }
    List<ChatMessage> whole = new ArrayList<>(example.prompt());
    whole.addAll(answer);
    int most = context.spec().spec().training().maxSequenceLength();
    int tokens = context.tokens().count(whole, most);
    return tokens > most
        ? reject(
            ReasonCodes.TOO_LONG,
            "at least " + tokens + " tokens; training.maxSequenceLength is " + most)
        : Optional.empty();
  }

  private static Optional<Reject> reject(String reason, String detail) {
    return Optional.of(new Reject(reason, detail));
  }
}

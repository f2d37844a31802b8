package dev.whetstone.curation.form;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.event.FeedbackContent;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.contracts.event.InteractionRecorded.Request;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.Provenance;
import dev.whetstone.curation.text.ChatTexts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns feedback into examples: a correction into an SFT example and a pair, a thumb into a
 * labelled answer, a preference into a pair, a demonstration into an SFT example. A thumb alone
 * never becomes an SFT example.
 */
public final class FormRule {
  private static final Set<String> SPEAK_AGAINST =
      Set.of("regenerated", "abandoned", "edited", "escalated", "rephrased", "deleted", "undone");

  private FormRule() {}

  /**
   * Applies the rule to one piece of feedback.
   *
   * @param interaction the answer it is about; absent for demonstrations, for preferences with
   *     their own request, and for feedback on a whole conversation
   */
  public static FormOutcome apply(
      LoopSpec spec,
      @Nullable InteractionRecorded interaction,
      FeedbackContent content,
      Provenance provenance) {
    return switch (content) {
      case FeedbackContent.Demonstration(Request request, ChatMessage response) ->
          demonstration(spec, request, response, provenance);
      case FeedbackContent.Comment(_) -> new FormOutcome.Context("comment");
      case FeedbackContent.Implicit(String name, Object value) ->
          new FormOutcome.Signal(name, implicitValue(name, value));
      case FeedbackContent.Outcome(String name, Object value) ->
          new FormOutcome.Signal(name, signedValue(value));
      case FeedbackContent.Thumb(boolean up) ->
          interaction == null ? wholeConversation() : binary(interaction, up, provenance);
      case FeedbackContent.Rating rating ->
          interaction == null
              ? wholeConversation()
              : rating(spec.spec().curation().quality(), interaction, rating, provenance);
      case FeedbackContent.Correction(String corrected) ->
          interaction == null
              ? needsAnswer("correction")
              : correction(interaction, corrected, provenance);
      case FeedbackContent.Preference preference when preference.request() != null ->
          preference(
              withSystemPrompt(spec, plain(preference.request().messages())),
              preference.request(),
              preference,
              provenance);
      case FeedbackContent.Preference preference ->
          interaction == null
              ? needsAnswer("preference")
              : preference(
                  plain(interaction.request().messages()),
                  interaction.request(),
                  preference,
                  provenance);
    };
  }

  private static FormOutcome wholeConversation() {
    return new FormOutcome.Context("about the whole conversation, not about one answer");
  }

  private static FormOutcome needsAnswer(String kind) {
    return new FormOutcome.Rejected(
        ReasonCodes.UNKNOWN_RESPONSE,
        "a " + kind + " needs the answer it is about; send responseId");
  }

  private static FormOutcome binary(
      InteractionRecorded interaction, boolean up, Provenance provenance) {
    Request request = interaction.request();
    ChatMessage served = plain(interaction.response().message());
    return new FormOutcome.Examples(
        List.of(
            Example.binary(
                plain(request.messages()), List.of(served), up, request.tools(), provenance)));
  }

  private static FormOutcome rating(
      LoopSpec.Quality quality,
      InteractionRecorded interaction,
      FeedbackContent.Rating rating,
      Provenance provenance) {
    double span = rating.scale().max() - rating.scale().min();
    double share = (rating.value() - rating.scale().min()) / span;
    if (share >= quality.ratingPositive()) {
      return binary(interaction, true, provenance);
    }
    if (share <= quality.ratingNegative()) {
      return binary(interaction, false, provenance);
    }
    return new FormOutcome.Context(
        String.format(
            Locale.ROOT,
            "a rating of %.2f of its scale, between the loop's thresholds %.2f and %.2f",
            share,
            quality.ratingNegative(),
            quality.ratingPositive()));
  }

  private static FormOutcome correction(
      InteractionRecorded interaction, String corrected, Provenance provenance) {
    Request request = interaction.request();
    ChatMessage served = plain(interaction.response().message());
    if (ChatTexts.text(served).strip().equals(corrected.strip())) {
      return new FormOutcome.Rejected(
          ReasonCodes.UNCHANGED, "the correction equals the served answer");
    }
    List<ChatMessage> prompt = plain(request.messages());
    List<ChatMessage> right = List.of(ChatMessage.assistant(corrected));
    List<Example> examples = new ArrayList<>();
    examples.add(Example.sft(prompt, right, request.tools(), provenance));
    examples.add(Example.preference(prompt, right, List.of(served), request.tools(), provenance));
    return new FormOutcome.Examples(examples);
  }

  private static FormOutcome preference(
      List<ChatMessage> prompt,
      Request request,
      FeedbackContent.Preference preference,
      Provenance provenance) {
    ChatMessage chosen = preference.chosen();
    ChatMessage rejected = preference.rejected();
    if (ChatTexts.text(chosen).strip().equals(ChatTexts.text(rejected).strip())) {
      return new FormOutcome.Rejected(ReasonCodes.UNCHANGED, "chosen and rejected are the same");
    }
    return new FormOutcome.Examples(
        List.of(
            Example.preference(
                prompt,
                List.of(plain(chosen)),
                List.of(plain(rejected)),
                request.tools(),
                provenance)));
  }

  /**
   * The example ends with the last turn that is to be learned: what follows it cannot change the
   * loss. Earlier assistant turns with weight 1 are learned, too.
   */
  private static FormOutcome demonstration(
      LoopSpec spec, Request request, ChatMessage response, Provenance provenance) {
    List<ChatMessage> turns = new ArrayList<>(request.messages());
    turns.add(response.weight() == null ? response.withWeight(1) : response);
    int last = turns.size() - 1;
    while (!isLearned(turns.get(last))) {
      last--;
    }
    List<ChatMessage> prompt = new ArrayList<>();
    turns.subList(0, last).forEach(turn -> prompt.add(isLearned(turn) ? turn : plain(turn)));
    List<ChatMessage> whole = withSystemPrompt(spec, prompt);
    return new FormOutcome.Examples(
        List.of(Example.sft(whole, List.of(plain(turns.get(last))), request.tools(), provenance)));
  }

  /** Feedback with its own request was not sent through the app, which adds the system prompt. */
  private static List<ChatMessage> withSystemPrompt(LoopSpec spec, List<ChatMessage> messages) {
    List<ChatMessage> prompt = new ArrayList<>(messages);
    String systemPrompt = spec.spec().systemPrompt();
    boolean hasOwn =
        prompt.stream().anyMatch(m -> m.role().equals("system") || m.role().equals("developer"));
    if (systemPrompt != null && !systemPrompt.isBlank() && !hasOwn) {
      prompt.addFirst(ChatMessage.of("system", systemPrompt));
    }
    return prompt;
  }

  private static boolean isLearned(ChatMessage turn) {
    return turn.role().equals("assistant") && Integer.valueOf(1).equals(turn.weight());
  }

  private static double implicitValue(String name, @Nullable Object value) {
    double sign = SPEAK_AGAINST.contains(name.toLowerCase(Locale.ROOT)) ? -1 : 1;
    return value == null ? sign : sign * signedValue(value);
  }

  private static double signedValue(Object value) {
    return switch (value) {
      case Boolean yes -> yes ? 1 : -1;
      case Number number when Double.isFinite(number.doubleValue()) ->
          Math.clamp(number.doubleValue(), -1.0, 1.0);
      default -> 0;
    };
  }

  /** Drops a weight that an app sent: only those of learned turns of demonstrations matter. */
  private static ChatMessage plain(ChatMessage message) {
    return message.weight() == null ? message : message.withWeight(null);
  }

  private static List<ChatMessage> plain(List<ChatMessage> messages) {
    return messages.stream().map(FormRule::plain).toList();
  }
}

package dev.whetstone.curation.stage.toxicity;

import dev.whetstone.curation.chain.AdmissionContext;
import dev.whetstone.curation.chain.AdmissionStage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.curation.text.Tokenization;
import java.util.List;
import java.util.Optional;

/**
 * Answers that would be taught must hold none of the loop's words and be no refusal. A disliked
 * answer may: that is what it is disliked for. Off unless the loop switches it on.
 */
public final class ToxicityStage implements AdmissionStage {
  private static final List<String> REFUSALS =
      List.of(
          "i cannot help with",
          "i can t help with",
          "i cannot assist with",
          "i can t assist with",
          "i am unable to help",
          "i m unable to help",
          "as an ai language model",
          "i m sorry but i can t",
          "i am sorry but i cannot");

  @Override
  public String name() {
    return "toxicity";
  }

  @Override
  public StageJudgement judge(Example example, AdmissionContext context) {
    if (!context.curation().toxicity().enabled() || !example.positive()) {
      return StageJudgement.keep();
    }
    String answer = " " + Tokenization.normal(ChatTexts.answer(example.answer())) + " ";
    Optional<String> word =
        context.curation().toxicity().words().stream()
            .map(Tokenization::normal)
            .filter(phrase -> !phrase.isEmpty() && answer.contains(" " + phrase + " "))
            .findFirst();
    if (word.isPresent()) {
      return new StageJudgement.Reject(
          ReasonCodes.TOXIC,
          "the answer holds '" + word.get() + "', a word of curation.toxicity.words");
    }
    boolean refuses = REFUSALS.stream().anyMatch(phrase -> answer.contains(" " + phrase + " "));
    return refuses
        ? new StageJudgement.Quarantine(
            ReasonCodes.REFUSAL, "the answer refuses; a person says whether that is right here")
        : StageJudgement.keep();
  }
}

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
 * Rejects answers to be taught that contain one of the loop's words, and quarantines refusals.
 * Disliked answers are not judged: they may be disliked for that very reason. Off unless the loop
 * switches it on.
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
    String answer = " " + Tokenization.normal(ChatTexts.answer(example.taught())) + " ";
    Optional<String> word =
        context.curation().toxicity().words().stream()
            .map(Tokenization::normal)
            .filter(phrase -> !phrase.isEmpty() && answer.contains(" " + phrase + " "))
            .findFirst();
    if (word.isPresent()) {
      return new StageJudgement.Reject(
          ReasonCodes.TOXIC,
          "the answer contains '" + word.get() + "', a word of curation.toxicity.words");
    }
    boolean refuses = REFUSALS.stream().anyMatch(phrase -> answer.contains(" " + phrase + " "));
    return refuses
        ? new StageJudgement.Quarantine(
            ReasonCodes.REFUSAL,
            "the answer is a refusal; release the example if refusing is right here")
        : StageJudgement.keep();
  }
}

package dev.whetstone.curation.stage.language;

import dev.whetstone.curation.chain.AdmissionContext;
import dev.whetstone.curation.chain.AdmissionStage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.ChatTexts;
import java.util.List;
import java.util.Optional;

/**
 * Rejects answers that are not in one of the loop's languages. Texts of fewer than {@value
 * #LEAST_LETTERS} letters are not judged: their language cannot be detected reliably.
 */
public final class LanguageStage implements AdmissionStage {
  public static final int LEAST_LETTERS = 40;

  private final LanguageGuesser guess;

  public LanguageStage(LanguageGuesser guess) {
    this.guess = guess;
  }

  @Override
  public String name() {
    return "language";
  }

  @Override
  public StageJudgement judge(Example example, AdmissionContext context) {
    List<String> languages = context.curation().languages();
    if (languages.isEmpty()) {
      return StageJudgement.keep();
    }
    String answer = ChatTexts.answer(example.taught());
    if (answer.codePoints().filter(Character::isLetter).count() < LEAST_LETTERS) {
      return StageJudgement.keep();
    }
    Optional<String> language = guess.of(answer);
    boolean fits =
        language.isEmpty()
            || languages.stream()
                .map(OptimaizeLanguageGuesser::primary)
                .anyMatch(language.get()::equals);
    return fits
        ? StageJudgement.keep()
        : new StageJudgement.Reject(
            ReasonCodes.LANGUAGE,
            "the answer is in "
                + language.get()
                + "; the loop's languages are "
                + String.join(", ", languages));
  }
}

package dev.whetstone.curation.language;

import dev.whetstone.curation.chain.AdmissionContext;
import dev.whetstone.curation.chain.AdmissionStage;
import dev.whetstone.curation.chain.Example;
import dev.whetstone.curation.chain.Judgement;
import dev.whetstone.curation.chain.Reasons;
import dev.whetstone.curation.chain.Texts;
import java.util.List;
import java.util.Optional;

/**
 * Only answers in the loop's languages. Texts of fewer than {@value #LEAST_LETTERS} letters are not
 * judged: on so little every guess is one.
 */
public final class LanguageStage implements AdmissionStage {
  public static final int LEAST_LETTERS = 40;

  private final LanguageGuess guess;

  public LanguageStage(LanguageGuess guess) {
    this.guess = guess;
  }

  @Override
  public String name() {
    return "language";
  }

  @Override
  public Judgement judge(Example example, AdmissionContext context) {
    List<String> languages = context.curation().languages();
    if (languages.isEmpty()) {
      return Judgement.keep();
    }
    String answer = Texts.answer(example.answer());
    if (answer.codePoints().filter(Character::isLetter).count() < LEAST_LETTERS) {
      return Judgement.keep();
    }
    Optional<String> language = guess.of(answer);
    boolean fits =
        language.isEmpty()
            || languages.stream().map(OptimaizeGuess::primary).anyMatch(language.get()::equals);
    return fits
        ? Judgement.keep()
        : new Judgement.Reject(
            Reasons.LANGUAGE,
            "the answer is in "
                + language.get()
                + "; the loop's languages are "
                + String.join(", ", languages));
  }
}

package dev.whetstone.curation.stage.language;

import java.util.Optional;

/** Guesses a text's language. Implementations are thread-safe. */
@FunctionalInterface
public interface LanguageGuesser {
  /** ISO 639 code of the language ({@code en}), if the guess is reasonably certain. */
  Optional<String> of(String text);
}

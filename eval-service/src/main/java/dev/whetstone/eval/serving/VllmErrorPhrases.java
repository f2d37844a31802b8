package dev.whetstone.eval.serving;

import java.util.List;
import java.util.Locale;

/**
 * Phrases of the error messages of vLLM and of the worker's own server, in lower case, where the
 * status alone does not tell the cause.
 */
enum VllmErrorPhrases {
  ADAPTER_ALREADY_LOADED("already"),

  /** The server finds no folder at an adapter's path. */
  NO_ADAPTER_FOLDER("no folder at", "outside the adapter root", "no adapter found", "no such file"),

  /** A 404 for an unknown path does not mention a model. */
  UNKNOWN_MODEL("model"),

  UNKNOWN_ADAPTER("adapter"),

  /** The model computes infinite values or no numbers for this prompt. */
  NOT_FINITE("not_finite", "not finite");

  private final List<String> phrases;

  VllmErrorPhrases(String... phrases) {
    this.phrases = List.of(phrases);
  }

  boolean isIn(String message) {
    String lowerCase = message.toLowerCase(Locale.ROOT);
    return phrases.stream().anyMatch(lowerCase::contains);
  }
}

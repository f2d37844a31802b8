package dev.whetstone.curation.stage.decontamination;

import dev.whetstone.curation.text.Tokenization;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the n-grams that two sets of prompts share, with n = min(N, length of the shorter prompt).
 * Prompts shorter than {@value #LEAST} words match only when they are equal: "yes please" occurs in
 * many texts. Linear in the words of both sets.
 */
final class SharedNgrams {
  static final int LEAST = 5;

  private final int longest;
  private final Set<String> referenceNgrams = new HashSet<>();
  private final Set<String> shortReferences = new HashSet<>();
  private final Set<Integer> shortLengths = new TreeSet<>();
  private final Map<String, Boolean> shortPrompts = new HashMap<>();

  /**
   * @param longest N
   * @param references prompts that must not be overlapped
   * @param prompts that {@link #of} will be called with
   */
  SharedNgrams(int longest, List<TokenizedPrompt> references, List<TokenizedPrompt> prompts) {
    this.longest = longest;
    Set<String> wanted = new HashSet<>();
    Set<Integer> promptLengths = new TreeSet<>();
    for (TokenizedPrompt prompt : prompts) {
      if (prompt.length() < longest) {
        shortPrompts.put(String.join(" ", prompt.words()), false);
        promptLengths.add(prompt.length());
      } else {
        wanted.addAll(Tokenization.ngrams(prompt.words(), longest));
      }
    }
    for (TokenizedPrompt reference : references) {
      addReference(reference, wanted, promptLengths);
    }
  }

  private void addReference(
      TokenizedPrompt reference, Set<String> wanted, Set<Integer> promptLengths) {
    if (reference.length() < longest) {
      shortReferences.add(String.join(" ", reference.words()));
      shortLengths.add(reference.length());
    } else {
      for (String ngram : Tokenization.ngrams(reference.words(), longest)) {
        if (wanted.contains(ngram)) {
          referenceNgrams.add(ngram);
        }
      }
    }
    for (int length : promptLengths) {
      if (length == reference.length() || (length >= LEAST && length < reference.length())) {
        for (String ngram : Tokenization.ngrams(reference.words(), length)) {
          shortPrompts.computeIfPresent(ngram, (_, _) -> true);
        }
      }
    }
  }

  /** N-grams that this prompt shares with any reference. */
  Set<String> of(TokenizedPrompt prompt) {
    Set<String> shared = new LinkedHashSet<>();
    if (prompt.length() < longest) {
      String whole = String.join(" ", prompt.words());
      if (prompt.length() > 0 && shortPrompts.getOrDefault(whole, false)) {
        shared.add(whole);
      }
    } else {
      for (String ngram : Tokenization.ngrams(prompt.words(), longest)) {
        if (referenceNgrams.contains(ngram)) {
          shared.add(ngram);
        }
      }
    }
    for (int length : shortLengths) {
      if (length >= LEAST && length < prompt.length()) {
        for (String ngram : Tokenization.ngrams(prompt.words(), length)) {
          if (shortReferences.contains(ngram)) {
            shared.add(ngram);
          }
        }
      }
    }
    return shared;
  }
}

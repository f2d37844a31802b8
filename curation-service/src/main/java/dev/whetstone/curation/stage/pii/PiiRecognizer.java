package dev.whetstone.curation.stage.pii;

import java.util.List;
import java.util.Set;

/**
 * Finds personal data and secrets in a text. Implementations are thread-safe and do no I/O: they
 * run inside admission's transaction.
 */
@FunctionalInterface
public interface PiiRecognizer {
  /** Values of these types in order of appearance; no two overlap. */
  List<PiiSpan> find(String text, Set<PiiType> types);
}

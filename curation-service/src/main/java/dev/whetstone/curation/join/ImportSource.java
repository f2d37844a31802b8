package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;

/**
 * Events sent under scope {@code import} have audited provenance; their source begins with a
 * prefix.
 */
final class ImportSource {
  /** What ingest puts before the application's name in the source of such events. */
  private static final String PREFIX = "import:";

  private ImportSource() {}

  static boolean isImported(EventKey key) {
    return key.source().startsWith(PREFIX);
  }

  /** The API key's application. */
  static String application(EventKey key) {
    return isImported(key) ? key.source().substring(PREFIX.length()) : key.source();
  }
}

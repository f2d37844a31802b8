package dev.whetstone.contracts;

import java.util.Set;

/**
 * The {@code source} attribute of events from outside: the application of an API key, with a prefix
 * where the key has scope {@code import}. Such events carry audited provenance.
 */
public final class EventSource {
  private static final String IMPORT_PREFIX = "import:";

  /** What to do about a reserved source. */
  public static final String REMEDY =
      "choose another name; sources that begin with 'import:' belong to keys with the scope import,"
          + " and ingest, curation, training, eval and whetstone are Whetstone's own services";

  private static final Set<String> SERVICES =
      Set.of("ingest", "curation", "training", "eval", "whetstone");

  private EventSource() {}

  /**
   * Whether a sender cannot choose this source: it is a service of Whetstone, or it claims the
   * audited provenance of an import.
   */
  public static boolean isReserved(String source) {
    return isImported(source) || SERVICES.contains(source);
  }

  /** The source of events that an application imports. */
  public static String imported(String application) {
    return IMPORT_PREFIX + application;
  }

  public static boolean isImported(String source) {
    return source.startsWith(IMPORT_PREFIX);
  }

  /** The application of the API key. */
  public static String application(String source) {
    return isImported(source) ? source.substring(IMPORT_PREFIX.length()) : source;
  }
}

package dev.whetstone.contracts;

/**
 * The {@code source} attribute of events from outside: the application of an API key, with a prefix
 * where the key has scope {@code import}. Such events carry audited provenance.
 */
public final class EventSource {
  private static final String IMPORT_PREFIX = "import:";

  private EventSource() {}

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

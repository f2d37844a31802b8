package dev.whetstone.ingest.item;

/**
 * How much a caller may send.
 *
 * @param bodyBytes on the wire
 * @param decodedBytes after decompression; a small body may otherwise fill the memory
 * @param items per request
 * @param itemBytes of one event as it is written to Kafka
 * @param nesting depth of objects and arrays
 * @param textCharacters of one text
 * @param messages per request of an interaction, and most tools, tool calls and content parts
 */
public record Limits(
    long bodyBytes,
    long decodedBytes,
    int items,
    int itemBytes,
    int nesting,
    int textCharacters,
    int messages) {

  /** Identifiers become Kafka keys, header values and parts of URLs. */
  public static final int IDENTIFIER_CHARACTERS = 200;

  /** Names of outcomes and signals, roles, versions. */
  public static final int NAME_CHARACTERS = 200;

  public static final int TAGS = 50;
  public static final int TAG_CHARACTERS = 100;

  /** What the service takes when nothing is configured. */
  public static Limits standard() {
    return new Limits(4 << 20, 16L << 20, 5_000, 900 * 1024, 40, 400_000, 1_000);
  }
}

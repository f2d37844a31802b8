package dev.whetstone.ingest.item;

/**
 * Limits on what a caller can send.
 *
 * @param bodyBytes as received
 * @param decodedBytes after decompression; otherwise a small body could fill the memory
 * @param items per request
 * @param itemBytes of one event as it is written to Kafka; as received it can have three times as
 *     many, for white space and escapes
 * @param nesting depth of objects and arrays
 * @param textCharacters of one text
 * @param messages per interaction; also the limit for tools, tool calls and content parts
 */
public record InputLimits(
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

  /**
   * Names, values and brackets of one item: a thousand messages are some 6,000 and a hundred tools
   * with their schemas some 30,000, and as a tree so many take no more than 6 MiB.
   */
  public static final int TOKENS = 100_000;

  /** For any field, defined by the contract or not. */
  public static final int FIELD_NAME_CHARACTERS = 1_000;

  public static final int TAGS = 50;
  public static final int TAG_CHARACTERS = 100;

  /** The defaults of the service. */
  public static InputLimits standard() {
    return new InputLimits(4 << 20, 16L << 20, 5_000, 900 * 1024, 40, 400_000, 1_000);
  }
}

package dev.whetstone.client.keys;

import java.util.List;

/**
 * An API key as the file holds it: never the key itself.
 *
 * @param id names the key to people
 * @param sha256 of the key's text, hex
 * @param application the {@code source} of the events that the key sends
 * @param scopes of {@code ingest}, {@code import}, {@code read}, {@code operate}, {@code approve},
 *     {@code erase}
 * @param publishable may stand in a browser
 */
public record KeyEntry(
    String id,
    String sha256,
    String tenant,
    String application,
    List<String> scopes,
    boolean publishable) {
  /** Every scope there is. */
  public static final List<String> SCOPES =
      List.of("ingest", "import", "read", "operate", "approve", "erase");

  public KeyEntry {
    scopes = List.copyOf(scopes);
  }
}

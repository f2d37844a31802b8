package dev.whetstone.client.keys;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An API key as stored in the file: only its digest, never its text.
 *
 * @param id human-readable name of the key
 * @param sha256 SHA-256 of the key's text, in hex
 * @param application the {@code source} of the events that the key sends
 * @param scopes of {@code ingest}, {@code import}, {@code read}, {@code operate}, {@code approve},
 *     {@code erase}
 * @param publishable may be used in a browser
 * @param expires ISO 8601 instant from when on the key is not valid any more; absent for never
 * @param loop the only loop that the key may be used for; absent for all loops of the tenant
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record KeyEntry(
    String id,
    String sha256,
    String tenant,
    String application,
    List<String> scopes,
    boolean publishable,
    @Nullable String expires,
    @Nullable String loop) {
  /** Every scope there is. */
  public static final List<String> SCOPES =
      List.of("ingest", "import", "read", "operate", "approve", "erase", "work");

  public KeyEntry {
    scopes = List.copyOf(scopes);
  }
}

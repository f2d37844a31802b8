package dev.whetstone.contracts.batch;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.EventKey;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The origin of an example.
 *
 * @param endUserDigest keyed HMAC of the end user, hex; never the reference itself
 * @param scores measured by curation, each 0 to 1; {@code quality} is one of them
 * @param redactions number of values of each type that placeholders replace
 * @param tags of the interaction and the feedback; evaluation slices by the first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LineageRow(
    String exampleId,
    Form form,
    Split split,
    List<EventKey> eventKeys,
    @Nullable String endUserDigest,
    @Nullable String conversationId,
    Map<String, Double> scores,
    Map<String, Integer> redactions,
    List<String> tags,
    boolean synthetic) {
  public LineageRow {
    eventKeys = List.copyOf(eventKeys);
    scores = Collections.unmodifiableMap(new TreeMap<>(scores));
    redactions = Collections.unmodifiableMap(new TreeMap<>(redactions));
    tags = List.copyOf(tags);
  }
}

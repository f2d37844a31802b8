package dev.whetstone.contracts.batch;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.EventKey;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where an example came from.
 *
 * @param endUserDigest keyed HMAC of the end user, hex; never the reference itself
 * @param scores what curation measured, each 0 to 1, {@code quality} among them
 * @param redactions how many of each type were replaced by placeholders
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
    scores = Map.copyOf(scores);
    redactions = Map.copyOf(redactions);
    tags = List.copyOf(tags);
  }
}

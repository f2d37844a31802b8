package dev.whetstone.ingest.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.ingest.item.ItemWarning;
import dev.whetstone.kit.problem.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of one item.
 *
 * @param line the item's line in NDJSON, from 1; absent for other bodies
 * @param id the event's id, given or derived; absent when it could not be read
 * @param status {@code accepted} or {@code rejected}
 * @param why URL that answers the fate of an accepted event
 * @param warnings what the sender of an accepted item should check; absent when there is nothing
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ItemReceipt(
    @Nullable Integer line,
    @Nullable String id,
    String status,
    @Nullable String why,
    @Nullable List<ItemWarning> warnings,
    @Nullable Problem problem) {
  static ItemReceipt accepted(
      @Nullable Integer line, String id, String why, List<ItemWarning> warnings) {
    return new ItemReceipt(
        line, id, "accepted", why, warnings.isEmpty() ? null : List.copyOf(warnings), null);
  }

  static ItemReceipt rejected(@Nullable Integer line, @Nullable String id, Problem problem) {
    return new ItemReceipt(line, id, "rejected", null, null, problem);
  }
}

package dev.whetstone.ingest.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.kit.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * The result of one item.
 *
 * @param id the event's id, given or derived; absent when it could not be read
 * @param status {@code accepted} or {@code rejected}
 * @param why URL that answers the fate of an accepted event
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ItemReceipt(
    @Nullable String id, String status, @Nullable String why, @Nullable Problem problem) {
  static ItemReceipt accepted(String id, String why) {
    return new ItemReceipt(id, "accepted", why, null);
  }

  static ItemReceipt rejected(@Nullable String id, Problem problem) {
    return new ItemReceipt(id, "rejected", null, problem);
  }
}

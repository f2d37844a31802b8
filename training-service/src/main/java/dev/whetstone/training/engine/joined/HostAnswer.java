package dev.whetstone.training.engine.joined;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a host is told to do.
 *
 * @param offer a worker that it may take
 * @param stops workers that it ends
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HostAnswer(@Nullable Offer offer, List<Stop> stops) {
  static final HostAnswer NOTHING = new HostAnswer(null, List.of());

  /**
   * A worker. The host starts it only after it has taken it.
   *
   * @param command of the worker
   * @param spec what the worker reads, as JSON text, byte for byte
   * @param token bearer token for the worker's reports
   * @param secrets variables of this worker alone
   */
  public record Offer(
      String attempt,
      String command,
      String spec,
      String token,
      Map<String, String> secrets,
      HostCapacity needed) {
    /** Leaves the token and the secrets out. */
    @Override
    public String toString() {
      return "Offer[attempt=" + attempt + "]";
    }
  }

  /** A worker that is to be ended: {@code politely} lets it save first. */
  public record Stop(String attempt, String manner) {}
}

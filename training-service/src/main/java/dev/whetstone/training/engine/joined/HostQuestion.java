package dev.whetstone.training.engine.joined;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a host tells when it asks for work.
 *
 * @param session names one start of the host's process
 * @param capacity what it has
 * @param free what its workers leave
 * @param scoringSlots how many workers of scoring jobs it takes beside those that train
 * @param labels free text about the host
 * @param running attempts whose workers run on it, those that it took and starts included
 * @param ended workers that ended since it was last answered
 * @param draining it takes no more workers
 * @param leaving it ends; nothing runs on it any more
 */
public record HostQuestion(
    String session,
    HostCapacity capacity,
    HostCapacity free,
    int scoringSlots,
    @Nullable Map<String, String> labels,
    @Nullable List<String> running,
    @Nullable List<EndedWorker> ended,
    boolean draining,
    boolean leaving) {
  public HostQuestion {
    labels = labels == null ? Map.of() : Map.copyOf(labels);
    running = running == null ? List.of() : List.copyOf(running);
    ended = ended == null ? List.of() : List.copyOf(ended);
  }

  /** A worker that ended; {@code lastWords} is the end of its log. */
  public record EndedWorker(String attempt, int exitCode, @Nullable String lastWords) {}
}

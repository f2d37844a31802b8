package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What keeps loops' batches from being made, for people, as this instance last saw it. */
@ApplicationScoped
public class SealBlockers {
  private final Map<Place, Obstacle> known = new ConcurrentHashMap<>();

  /** Where a batch got stuck; what is worst comes first. */
  enum Step {
    SEAL("Blocked"),
    CUT("Blocked"),
    SUITES("SuiteUnreadable"),
    /** A person's request that came to nothing. */
    REQUEST("NotEnough");

    private final String reason;

    Step(String reason) {
      this.reason = reason;
    }
  }

  /**
   * @param reason one word in CamelCase, for programs
   * @param message for people
   * @param specSha256 of the declaration under which it was met; another may have none
   */
  public record Obstacle(String reason, String message, String specSha256) {}

  private record Place(LoopId loop, Step step) {}

  void met(DeclaredLoop loop, Step step, String message) {
    known.put(new Place(loop.id(), step), new Obstacle(step.reason, message, loop.specSha256()));
  }

  void passed(DeclaredLoop loop, Step step) {
    known.remove(new Place(loop.id(), step));
  }

  /** What a loop is stuck at under this declaration; absent when nothing. */
  @Nullable Obstacle of(DeclaredLoop loop) {
    return Arrays.stream(Step.values())
        .map(step -> known.get(new Place(loop.id(), step)))
        .filter(Objects::nonNull)
        .filter(obstacle -> obstacle.specSha256().equals(loop.specSha256()))
        .findFirst()
        .orElse(null);
  }
}

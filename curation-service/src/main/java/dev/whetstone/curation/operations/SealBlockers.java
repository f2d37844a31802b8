package dev.whetstone.curation.operations;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What keeps loops' batches from being sealed, for people, as last seen by this instance. */
@ApplicationScoped
public class SealBlockers {
  private final Map<Place, Blocker> known = new ConcurrentHashMap<>();

  /** The step that is blocked; the most severe first. */
  public enum Step {
    SEAL("Blocked"),
    CUT("Blocked"),
    SUITES("SuiteUnreadable"),
    /** A seal request that could not be fulfilled. */
    REQUEST("NotEnough");

    private final String reason;

    Step(String reason) {
      this.reason = reason;
    }
  }

  /**
   * @param reason one word in CamelCase, for programs
   * @param message for people
   * @param specSha256 of the declaration it was seen under; another declaration may not have it
   */
  public record Blocker(String reason, String message, String specSha256) {}

  private record Place(LoopId loop, Step step) {}

  public void met(DeclaredLoop loop, Step step, String message) {
    known.put(new Place(loop.id(), step), new Blocker(step.reason, message, loop.specSha256()));
  }

  public void passed(DeclaredLoop loop, Step step) {
    known.remove(new Place(loop.id(), step));
  }

  /** What blocks a loop under this declaration; null when nothing does. */
  public @Nullable Blocker of(DeclaredLoop loop) {
    return Arrays.stream(Step.values())
        .map(step -> known.get(new Place(loop.id(), step)))
        .filter(Objects::nonNull)
        .filter(blocker -> blocker.specSha256().equals(loop.specSha256()))
        .findFirst()
        .orElse(null);
  }
}

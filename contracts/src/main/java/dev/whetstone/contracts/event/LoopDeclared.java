package dev.whetstone.contracts.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.LoopState;
import org.jspecify.annotations.Nullable;

/**
 * The canonical declaration of a loop, with all defaults.
 *
 * @param specSha256 SHA-256 (hex) of the spec's canonical JSON
 * @param revision 1 for the first declaration, one more for each that differs and for each change
 *     of the state
 * @param state absent for {@link LoopState#ACTIVE}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LoopDeclared(
    LoopSpec spec, String specSha256, long revision, @Nullable LoopState state)
    implements EventData.LoopEvent {
  public LoopDeclared {
    state = state == LoopState.ACTIVE ? null : state;
  }

  /** A declaration of an active loop. */
  public LoopDeclared(LoopSpec spec, String specSha256, long revision) {
    this(spec, specSha256, revision, null);
  }

  /** The state, {@link LoopState#ACTIVE} if the event has none. */
  public LoopState stateOrActive() {
    return state == null ? LoopState.ACTIVE : state;
  }
}

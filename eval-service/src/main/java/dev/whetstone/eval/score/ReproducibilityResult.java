package dev.whetstone.eval.score;

import dev.whetstone.contracts.loop.LoopSpec;
import java.util.List;
import java.util.Locale;

/**
 * What asking the champion again showed.
 *
 * @param asked items asked a second time
 * @param discordant of those, scored otherwise the second time
 */
public record ReproducibilityResult(int asked, int discordant) {
  public static final ReproducibilityResult UNKNOWN = new ReproducibilityResult(0, 0);

  /** Why the measurement is void, if it is. */
  public List<String> doubts(LoopSpec loop) {
    double most = loop.spec().evaluation().maxDiscordance();
    return asked == 0 || (double) discordant / asked <= most
        ? List.of()
        : List.of(
            String.format(
                Locale.ROOT,
                "the server is not reproducible: asked again, the champion scored otherwise on %d"
                    + " of %d items, more than %.3f of them",
                discordant,
                asked,
                most));
  }
}

package dev.whetstone.eval.score;

import dev.whetstone.contracts.loop.LoopSpec;
import java.util.List;
import java.util.Locale;

/**
 * The result of asking the champion a second time.
 *
 * @param asked number of items asked a second time
 * @param discordant number of those that scored differently the second time
 */
public record ReproducibilityResult(int asked, int discordant) {
  public static final ReproducibilityResult UNKNOWN = new ReproducibilityResult(0, 0);

  /** Why the measurement is void; empty if it is valid. */
  public List<String> doubts(LoopSpec loop) {
    double most = loop.spec().evaluation().maxDiscordance();
    return asked == 0 || (double) discordant / asked <= most
        ? List.of()
        : List.of(
            String.format(
                Locale.ROOT,
                "the server is not reproducible: asked again, the champion scored differently on %d"
                    + " of %d items, more than the allowed share of %.3f",
                discordant,
                asked,
                most));
  }
}

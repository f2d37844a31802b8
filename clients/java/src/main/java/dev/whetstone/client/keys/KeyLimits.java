package dev.whetstone.client.keys;

import dev.whetstone.client.RemedyException;
import dev.whetstone.contracts.LoopId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What limits a key beyond its scopes.
 *
 * @param expires from when on it is not valid any more; absent for never
 * @param loop the only loop that it may be used for; absent for all loops of the tenant
 */
public record KeyLimits(@Nullable Instant expires, @Nullable String loop) {
  /** A key for all loops of the tenant that does not expire. */
  public static final KeyLimits NONE = new KeyLimits(null, null);

  /**
   * @throws RemedyException when the loop's name is not valid
   */
  public KeyLimits {
    if (loop != null && !LoopId.NAME.matcher(loop).matches()) {
      throw new RemedyException(
          "'" + loop + "' is not a valid loop name",
          "use 1 to 63 characters of a-z, 0-9 and '-', starting with a letter");
    }
  }
}

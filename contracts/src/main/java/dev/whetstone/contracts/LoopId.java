package dev.whetstone.contracts;

import java.util.regex.Pattern;

/**
 * The identity of a loop: the tenant that owns it and its name within the tenant.
 *
 * @param tenant 1 to 63 of {@code a-z 0-9 -}, starting with a letter
 * @param loop the same alphabet
 */
public record LoopId(String tenant, String loop) {
  /** The form of tenant and loop names; also valid in Kafka keys and adapter names. */
  public static final String RULE = "1 to 63 of a-z, 0-9 and '-', starting with a letter";

  /** {@link #RULE} as a pattern. */
  public static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

  public LoopId {
    require("tenant", tenant);
    require("loop", loop);
  }

  /** Parses {@code tenant/loop}, the Kafka key of everything that is keyed per loop. */
  public static LoopId parse(String key) {
    int slash = key.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("'" + key + "' is not tenant/loop");
    }
    return new LoopId(key.substring(0, slash), key.substring(slash + 1));
  }

  /** {@code tenant/loop}. */
  public String key() {
    return tenant + "/" + loop;
  }

  @Override
  public String toString() {
    return key();
  }

  private static void require(String what, String value) {
    if (value == null || !NAME.matcher(value).matches()) {
      throw new IllegalArgumentException(what + " '" + value + "' must be " + RULE);
    }
  }
}

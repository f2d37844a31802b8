package dev.whetstone.kit.inbox;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Splits the events of a poll: those that take effect at once, and those of tenants with more than
 * their share, which are spooled. A tenant's events keep their order, so a tenant of which events
 * are spooled already has all others spooled as well. Pure.
 *
 * @param rows of one tenant in a poll that take effect at once, at most
 * @param bytes of one tenant in a poll that take effect at once, at most
 */
record TenantShareRule(int rows, long bytes) {
  /** Events whose sender is unknown have no tenant, and take effect at once. */
  static final String NO_TENANT = "";

  /** The two parts of a poll, each in the order of the topic. */
  record Split<T>(List<T> direct, List<T> spooled) {}

  /**
   * @param waiting tenants of which events are spooled already
   */
  <T> Split<T> split(
      List<T> events, Set<String> waiting, Function<T, String> tenant, ToLongFunction<T> size) {
    Map<String, Integer> rowsOf = new HashMap<>();
    Map<String, Long> bytesOf = new HashMap<>();
    Set<String> heavy = new HashSet<>(waiting);
    for (T event : events) {
      String of = tenant.apply(event);
      int rowsNow = rowsOf.merge(of, 1, Integer::sum);
      long bytesNow = bytesOf.merge(of, size.applyAsLong(event), Long::sum);
      if (rowsNow > rows || bytesNow > bytes) {
        heavy.add(of);
      }
    }
    heavy.remove(NO_TENANT);
    List<T> direct = new ArrayList<>();
    List<T> spooled = new ArrayList<>();
    events.forEach(event -> (heavy.contains(tenant.apply(event)) ? spooled : direct).add(event));
    return new Split<>(direct, spooled);
  }
}

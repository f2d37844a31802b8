package dev.whetstone.doctor.cluster;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Finds out whether a queue's quota can ever hold one worker. */
final class QueueQuotaRule {
  private QueueQuotaRule() {}

  /**
   * What does not fit; empty if all does.
   *
   * @param requested of one worker, by resource
   * @param quotas of each flavor, by resource
   */
  static Optional<String> fault(
      Map<String, String> requested, Iterable<Map<String, String>> quotas) {
    Map<String, BigDecimal> most = new HashMap<>();
    for (Map<String, String> flavor : quotas) {
      flavor.forEach((resource, quota) -> most.merge(resource, number(quota), BigDecimal::max));
    }
    for (var each : new TreeMap<>(requested).entrySet()) {
      BigDecimal quota = most.get(each.getKey());
      if (quota == null) {
        return Optional.of("it has no quota for " + each.getKey());
      }
      if (number(each.getValue()).compareTo(quota) > 0) {
        return Optional.of(
            "a worker needs %s of %s, and no flavor has more than %s"
                .formatted(each.getValue(), each.getKey(), quota.toPlainString()));
      }
    }
    return Optional.empty();
  }

  private static BigDecimal number(String quantity) {
    return Quantity.getAmountInBytes(Quantity.parse(quantity));
  }
}

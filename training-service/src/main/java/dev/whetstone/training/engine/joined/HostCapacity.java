package dev.whetstone.training.engine.joined;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a host has, has free, or what a worker needs.
 *
 * @param workers how many workers that train
 * @param gpus accelerators
 * @param memoryBytes main memory
 * @param milliCpus thousandths of a core
 */
public record HostCapacity(int workers, int gpus, long memoryBytes, long milliCpus) {
  static final HostCapacity NOTHING = new HostCapacity(0, 0, 0, 0);

  private static final String GPU = "nvidia.com/gpu";
  private static final BigDecimal MILLI = BigDecimal.valueOf(1000);

  /**
   * What a worker needs.
   *
   * @param resources the loop's {@code training.engine.resources}; absent asks for one worker's
   *     place and nothing else
   */
  static HostCapacity needed(@Nullable Map<String, String> resources) {
    Map<String, String> asked = resources == null ? Map.of() : resources;
    return new HostCapacity(
        1,
        amount(asked, GPU).intValue(),
        amount(asked, "memory").longValue(),
        amount(asked, "cpu").multiply(MILLI).longValue());
  }

  /**
   * What a worker of a scoring job needs: a slot of its own kind, and no accelerator of its own.
   */
  HostCapacity forScoring() {
    return new HostCapacity(0, 0, memoryBytes, milliCpus);
  }

  private static BigDecimal amount(Map<String, String> resources, String name) {
    String quantity = resources.get(name);
    return quantity == null ? BigDecimal.ZERO : Quantity.parse(quantity).getNumericalAmount();
  }
}

package dev.whetstone.training.engine;

import dev.whetstone.contracts.loop.LoopSpec;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Finds the compute engine that a loop names in {@code training.engine.kind}. An engine is added as
 * a CDI bean of type {@link ComputeEngine} with a kind of its own.
 */
@ApplicationScoped
public class EngineRouter {
  private final SortedMap<String, ComputeEngine> engines;

  @Inject
  public EngineRouter(@Any Instance<ComputeEngine> beans) {
    this(beans.stream().toList());
  }

  /**
   * @throws IllegalStateException when two engines have the same kind
   */
  EngineRouter(List<ComputeEngine> all) {
    this.engines =
        all.stream()
            .collect(
                Collectors.toMap(
                    ComputeEngine::kind,
                    engine -> engine,
                    (one, other) -> {
                      throw new IllegalStateException(
                          "two compute engines have the kind '%s': %s and %s; remove one"
                              .formatted(one.kind(), one, other));
                    },
                    TreeMap::new));
  }

  /** The engine of this kind, if this service has it. */
  public Optional<ComputeEngine> find(String kind) {
    return Optional.ofNullable(engines.get(kind));
  }

  /**
   * The engine of an attempt that was started on it.
   *
   * @throws IllegalStateException when this service does not have it any more
   */
  public ComputeEngine require(LoopSpec.Engine engine) {
    return find(engine.kind())
        .orElseThrow(() -> new IllegalStateException(missing(engine.kind()) + " and restart"));
  }

  /** Every engine that this service has. */
  public Collection<ComputeEngine> all() {
    return engines.values();
  }

  /** Names the missing engine and the engines that this service has. */
  public String missing(String kind) {
    return "this service has no compute engine '%s' (training.engine.kind), it has: %s; enable the engine in the settings of the training service, or deploy a version that has it"
        .formatted(kind, String.join(", ", engines.keySet()));
  }
}

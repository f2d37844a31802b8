package dev.whetstone.training.engine;

import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the process engine from its configuration. */
@ApplicationScoped
public class ComputeEngineProvider {
  private final LocalProcessEngine engine;
  private final boolean endWithService;

  public ComputeEngineProvider(WorkerConfig config, ProcessEngineConfig bounds) {
    WorkerSlots.Limits limits =
        WorkerSlots.Limits.of(
            bounds.maxWorkers().stream().boxed().findFirst(), bounds.devices().orElse(List.of()));
    Map<String, String> environment = new HashMap<>();
    environment.put("PYTHONUNBUFFERED", "1");
    environment.put("TOKENIZERS_PARALLELISM", "false");
    environment.putAll(
        WorkerThreads.environment(
            config.threads(),
            limits.workers(),
            Runtime.getRuntime().availableProcessors(),
            System.getenv()));
    Optional<String> module =
        config.command().size() == 2 && "-m".equals(config.command().getFirst())
            ? Optional.of(config.command().getLast())
            : Optional.empty();
    this.engine =
        new LocalProcessEngine(
            new LocalProcessEngine.Settings(
                config.python(), config.command(), config.work(), module, environment, limits));
    this.endWithService = config.endWithService();
  }

  @Produces
  @ApplicationScoped
  ComputeEngine engine() {
    return engine;
  }

  void onShutdown(@Observes ShutdownEvent event) {
    if (endWithService) {
      engine.stopAll();
    }
  }
}

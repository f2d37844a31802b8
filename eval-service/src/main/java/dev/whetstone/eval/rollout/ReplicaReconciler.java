package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.erasure.ErasureDeadlineRule;
import dev.whetstone.eval.metrics.EvalMetrics;
import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.eval.serving.ModelServers;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.work.LeaseManager;
import dev.whetstone.kit.work.ReconcileLoop;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Keeps the champion and its predecessor loaded on every replica, also after a restart of the
 * replica: the database decides which model is in service, not the server's memory. One instance at
 * a time does so. A pass reads the champions of all loops with one statement and checks each model
 * server once, on a thread of its own, so that a slow server holds up only itself.
 */
@ApplicationScoped
public class ReplicaReconciler {
  private static final Logger LOG = Logger.getLogger(ReplicaReconciler.class);
  private static final String LEASE = "replicas";
  private final LoopRegistry registry;
  private final ChampionRepository champions;
  private final EndpointCheck check;
  private final LeaseManager leases;
  private final EvalMetrics metrics;
  private final Clock clock;
  private final Map<EndpointKey, EndpointMemory> memories = new ConcurrentHashMap<>();
  private final ReconcileLoop reconciling = new ReconcileLoop(LEASE, LOG);

  public ReplicaReconciler(
      LoopRegistry registry,
      ChampionRepository champions,
      EndpointCheck check,
      LeaseManager leases,
      EvalMetrics metrics,
      Clock clock) {
    this.registry = registry;
    this.champions = champions;
    this.check = check;
    this.leases = leases;
    this.metrics = metrics;
    this.clock = clock;
  }

  @Scheduled(
      every = "${whetstone.eval.replicas-every}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void pass() {
    reconciling.pass(this::checkAll);
  }

  void stop(@Observes ShutdownEvent event) {
    reconciling.stop();
  }

  private void checkAll() {
    if (!leases.hold(LEASE)) {
      // The holder reports; what this process remembers is out of date once it holds the lease.
      memories.clear();
      metrics.taintedChampions(0, 0);
      metrics.replicas(Map.of());
      return;
    }
    Instant now = clock.instant();
    Map<EndpointKey, List<ServingNeed>> needs = needs(now);
    memories.keySet().retainAll(needs.keySet());
    needs.forEach(
        (endpoint, loops) -> {
          EndpointMemory memory = memories.computeIfAbsent(endpoint, key -> new EndpointMemory());
          if (memory.server().isDue(now)) {
            reconciling.start(endpoint.name(), () -> check.run(endpoint, loops, memory));
          }
        });
    metrics.replicas(
        memories.values().stream()
            .flatMap(memory -> memory.states().stream())
            .collect(Collectors.groupingBy(state -> state, Collectors.summingInt(state -> 1))));
  }

  private Map<EndpointKey, List<ServingNeed>> needs(Instant now) {
    Map<LoopId, LoopSpec> specs = new LinkedHashMap<>();
    for (DeclaredLoop loop : registry.all()) {
      specs.put(loop.id(), loop.spec());
    }
    Map<EndpointKey, List<ServingNeed>> needs = new LinkedHashMap<>();
    int tainted = 0;
    int overdue = 0;
    for (ChampionRepository.InService one : champions.inService()) {
      LoopSpec loop = specs.get(one.champion().loop());
      if (loop == null) {
        continue;
      }
      boolean barred = ErasureDeadlineRule.isOver(loop, one.taintedAt(), now);
      tainted += one.taintedAt() == null || barred ? 0 : 1;
      overdue += barred ? 1 : 0;
      ModelServers.replicaUrls(loop).stream()
          .distinct()
          .forEach(url -> add(needs, url, new ServingNeed(loop, one.champion(), true, barred)));
      evaluationOnly(loop)
          .ifPresent(url -> add(needs, url, new ServingNeed(loop, one.champion(), false, barred)));
    }
    metrics.taintedChampions(tainted, overdue);
    return needs;
  }

  /** An evaluation server of its own needs no champion, but adapters accumulate there, too. */
  private static Optional<String> evaluationOnly(LoopSpec loop) {
    return Optional.ofNullable(loop.spec().evaluation().endpoint())
        .filter(own -> !ModelServers.replicaUrls(loop).contains(own));
  }

  private static void add(Map<EndpointKey, List<ServingNeed>> needs, String url, ServingNeed need) {
    EndpointKey endpoint =
        new EndpointKey(
            need.champion().loop().tenant(), url, need.loop().spec().serving().credentialsRef());
    needs.computeIfAbsent(endpoint, key -> new ArrayList<>()).add(need);
  }
}

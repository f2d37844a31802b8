package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.eval.metrics.EvalMetrics.Replica;
import dev.whetstone.eval.serving.ModelServers;
import dev.whetstone.eval.serving.ServingException;
import dev.whetstone.eval.serving.ServingPort;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Checks one model server for all loops that use it: one list of its models, champions and their
 * predecessors loaded, probes asked, unused adapters unloaded. What fails is tried again after
 * growing pauses.
 */
@ApplicationScoped
public class EndpointCheck {
  /** Most probes of one check, so that a server with many adapters is not kept busy by them. */
  private static final int MOST_PROBES = 4;

  private final ModelServers servers;
  private final ChampionRepository champions;
  private final ServedChampionCheck championCheck;
  private final UnusedAdapterUnloader unloader;
  private final ReplicaObservationRepository observations;
  private final EvalConfig config;
  private final Clock clock;

  public EndpointCheck(
      ModelServers servers,
      ChampionRepository champions,
      ServedChampionCheck championCheck,
      UnusedAdapterUnloader unloader,
      ReplicaObservationRepository observations,
      EvalConfig config,
      Clock clock) {
    this.servers = servers;
    this.champions = champions;
    this.championCheck = championCheck;
    this.unloader = unloader;
    this.observations = observations;
    this.config = config;
    this.clock = clock;
  }

  void run(EndpointKey endpoint, List<ServingNeed> needs, EndpointMemory memory) {
    memory.retainLoops(
        needs.stream()
            .filter(ServingNeed::serves)
            .map(need -> need.champion().loop())
            .collect(Collectors.toSet()));
    ServingPort server;
    Set<String> served;
    try {
      server = servers.at(endpoint.url(), needs.getFirst().loop());
      served = server.models();
      memory.server(AttemptHistory.NONE);
    } catch (ServingException e) {
      memory.server(
          memory.server().failed(String.valueOf(e.getMessage()), now(), config.backoff()));
      String trouble = memory.server().description().orElseThrow();
      needs.forEach(need -> report(endpoint, need, false, trouble, "", memory));
      return;
    }
    AtomicInteger probesLeft = new AtomicInteger(MOST_PROBES);
    Set<String> inUse = new HashSet<>();
    for (ServingNeed need : needs) {
      if (need.serves()) {
        check(endpoint, server, served, need, memory, probesLeft, inUse);
      }
    }
    memory.retain(inUse);
    unloader.unload(server, served, needs, inUse);
  }

  private void check(
      EndpointKey endpoint,
      ServingPort server,
      Set<String> served,
      ServingNeed need,
      EndpointMemory memory,
      AtomicInteger probesLeft,
      Set<String> inUse) {
    Champion champion = need.champion();
    Optional<Champion> former =
        champion.generation() == 0 ? Optional.empty() : champions.former(champion);
    inUse.add(champion.servedName());
    former.ifPresent(one -> inUse.add(one.servedName()));
    try {
      championCheck.ensureServed(endpoint, server, served, need, memory);
      championCheck.probe(endpoint, server, champion, memory, probesLeft);
      String formerTrouble =
          former.map(one -> championCheck.formerTrouble(server, served, one, memory)).orElse("");
      report(endpoint, need, true, "", formerTrouble, memory);
    } catch (ServingException e) {
      report(endpoint, need, false, String.valueOf(e.getMessage()), "", memory);
    }
  }

  /** Reports what a check showed if it differs from the last report. */
  private void report(
      EndpointKey endpoint,
      ServingNeed need,
      boolean answering,
      String trouble,
      String formerTrouble,
      EndpointMemory memory) {
    if (!need.serves()) {
      return;
    }
    ReplicaObservation observation =
        new ReplicaObservation(
            endpoint.url(), need.champion().generation(), answering, trouble, formerTrouble);
    LoopId loop = need.champion().loop();
    memory.state(loop, state(need, answering, memory));
    if (memory.isNews(loop, observation)) {
      observations.record(loop, observation);
    }
  }

  private static Replica state(ServingNeed need, boolean answering, EndpointMemory memory) {
    if (answering) {
      return Replica.SERVING;
    }
    return memory.isIneffective(need.champion().servedName())
        ? Replica.WITHOUT_EFFECT
        : Replica.NOT_SERVING;
  }

  private Instant now() {
    return clock.instant();
  }
}

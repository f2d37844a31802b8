package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.config.EvalConfig;
import dev.whetstone.eval.probe.EffectProbe;
import dev.whetstone.eval.probe.EffectProbeRepository;
import dev.whetstone.eval.probe.IneffectiveAdapterException;
import dev.whetstone.eval.probe.ReplicaProber;
import dev.whetstone.eval.serving.ServingException;
import dev.whetstone.eval.serving.ServingPort;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/** Loads a champion that a replica lacks, and checks that the replica applies its adapter. */
@ApplicationScoped
public class ServedChampionCheck {
  private static final Logger LOG = Logger.getLogger(ServedChampionCheck.class);
  private final EffectProbeRepository probes;
  private final ReplicaProber prober;
  private final EvalConfig config;
  private final Clock clock;

  public ServedChampionCheck(
      EffectProbeRepository probes, ReplicaProber prober, EvalConfig config, Clock clock) {
    this.probes = probes;
    this.prober = prober;
    this.config = config;
    this.clock = clock;
  }

  /**
   * Returns if the replica serves the champion.
   *
   * @param served names of its models
   * @throws ServingException if it cannot be loaded now
   */
  void ensureServed(
      EndpointKey endpoint,
      ServingPort server,
      Set<String> served,
      ServingNeed need,
      EndpointMemory memory) {
    Champion champion = need.champion();
    if (champion.isBase()) {
      requireBase(endpoint, need.loop(), served);
    } else if (!served.contains(champion.servedName())) {
      if (need.barred()) {
        throw new ServingException(
            ServingException.Kind.REFUSED,
            champion.servedName()
                + " is trained on erased data and its erasure deadline is over, so it is not loaded"
                + " again");
      }
      load(server, champion, memory);
    }
  }

  /** Loads a model, unless the pause since the last failure is not over. */
  private void load(ServingPort server, Champion champion, EndpointMemory memory) {
    String name = champion.servedName();
    AttemptHistory history = memory.load(name);
    if (!history.isDue(now())) {
      throw failed(history);
    }
    LOG.infof("reloading model=%s failures=%d", name, history.failures());
    try {
      server.load(name, String.valueOf(champion.adapterUri()));
      memory.load(name, AttemptHistory.NONE);
      memory.probe(name, AttemptHistory.NONE);
    } catch (ServingException e) {
      AttemptHistory next = history.failed(String.valueOf(e.getMessage()), now(), config.backoff());
      memory.load(name, next);
      throw failed(next);
    }
  }

  /** The former champion serves no traffic; if it is missing, the champion still serves. */
  String formerTrouble(
      ServingPort server, Set<String> served, Champion former, EndpointMemory memory) {
    if (former.isBase() || served.contains(former.servedName())) {
      return "";
    }
    try {
      load(server, former, memory);
      return "";
    } catch (ServingException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /**
   * Asks the champion's probe prompts if they are due.
   *
   * @param probesLeft how many probes this check may still ask
   * @throws ServingException if the last probe failed
   */
  void probe(
      EndpointKey endpoint,
      ServingPort server,
      Champion champion,
      EndpointMemory memory,
      AtomicInteger probesLeft) {
    if (champion.isBase()) {
      return;
    }
    String name = champion.servedName();
    AttemptHistory history = memory.probe(name);
    if (history.isDue(now()) && probesLeft.get() > 0) {
      probesLeft.decrementAndGet();
      history = ask(endpoint, server, champion, history, memory);
      memory.probe(name, history);
    }
    if (!history.trouble().isEmpty()) {
      throw failed(history);
    }
  }

  private AttemptHistory ask(
      EndpointKey endpoint,
      ServingPort server,
      Champion champion,
      AttemptHistory history,
      EndpointMemory memory) {
    try {
      Optional<EffectProbe> probe =
          probes.find(champion.loop(), String.valueOf(champion.checkpointId()));
      if (probe.isPresent()) {
        prober.require(server, endpoint.url(), champion.servedName(), probe);
      }
      memory.ineffective(champion.servedName(), false);
      return AttemptHistory.succeeded(now().plus(config.probeEvery()));
    } catch (IneffectiveAdapterException e) {
      memory.ineffective(champion.servedName(), true);
      return history.failed(String.valueOf(e.getMessage()), now(), config.backoff());
    } catch (ServingException e) {
      return history.failed(String.valueOf(e.getMessage()), now(), config.backoff());
    }
  }

  private static ServingException failed(AttemptHistory history) {
    return new ServingException(
        ServingException.Kind.UNAVAILABLE, history.description().orElse("not tried yet"));
  }

  private static void requireBase(EndpointKey endpoint, LoopSpec loop, Set<String> served) {
    String name = loop.spec().serving().baseName();
    if (!served.contains(name)) {
      throw new ServingException(
          ServingException.Kind.UNKNOWN_MODEL,
          "the model server at %s has no model '%s'; correct spec.serving.baseName"
              .formatted(endpoint.url(), name));
    }
  }

  private Instant now() {
    return clock.instant();
  }
}

package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.evaluation.EvaluationRepository;
import dev.whetstone.eval.serving.ModelServers;
import dev.whetstone.eval.serving.ServedName;
import dev.whetstone.eval.serving.ServingException;
import dev.whetstone.eval.serving.ServingPort;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Keeps the champion and its predecessor loaded on every replica, also after a restart of the
 * replica: the database decides which model is in service, not the server's memory.
 */
@ApplicationScoped
public class ReplicaReconciler {
  private static final Logger LOG = Logger.getLogger(ReplicaReconciler.class);
  private final ChampionRepository champions;
  private final ModelServers servers;
  private final EvaluationRepository evaluations;
  private final RolloutRepository rollouts;
  private final Map<LoopId, Observation> observations = new ConcurrentHashMap<>();

  public ReplicaReconciler(
      ChampionRepository champions,
      ModelServers servers,
      EvaluationRepository evaluations,
      RolloutRepository rollouts) {
    this.champions = champions;
    this.servers = servers;
    this.evaluations = evaluations;
    this.rollouts = rollouts;
  }

  /**
   * The state of a loop's replicas when they were last checked.
   *
   * @param answering number of replicas that serve the champion
   * @param trouble what is wrong with the others
   * @param formerTrouble why the former champion is missing on a replica that serves the champion
   */
  public record Observation(
      long generation,
      int answering,
      int replicas,
      List<String> trouble,
      List<String> formerTrouble) {
    public Observation {
      trouble = List.copyOf(trouble);
      formerTrouble = List.copyOf(formerTrouble);
    }
  }

  /** This process's last observation of a loop's replicas. */
  public Optional<Observation> last(LoopId loop) {
    return Optional.ofNullable(observations.get(loop));
  }

  void reconcile(DeclaredLoop loop) {
    champions.current(loop.id()).ifPresent(champion -> reconcile(loop.spec(), champion));
  }

  private void reconcile(LoopSpec loop, Champion champion) {
    Optional<Champion> former = champions.former(champion);
    List<String> urls = ModelServers.replicaUrls(loop);
    List<String> trouble = new ArrayList<>();
    List<String> formerTrouble = new ArrayList<>();
    int answering = 0;
    for (String url : urls) {
      try {
        ServingPort replica = servers.at(url, loop);
        Set<String> served = replica.models();
        ensureLoaded(loop, replica, served, champion);
        answering++;
        former.ifPresent(one -> ensureFormerLoaded(loop, replica, served, one, formerTrouble));
        unloadUnused(loop.id(), replica, served);
      } catch (ServingException e) {
        trouble.add(String.valueOf(e.getMessage()));
      }
    }
    observations.put(
        champion.loop(),
        new Observation(champion.generation(), answering, urls.size(), trouble, formerTrouble));
    unloadFromEvaluationServer(loop);
  }

  /** An evaluation server of its own needs no champion, but adapters accumulate there, too. */
  private void unloadFromEvaluationServer(LoopSpec loop) {
    try {
      servers
          .separateEvaluationServer(loop)
          .ifPresent(server -> unloadUnused(loop.id(), server, server.models()));
    } catch (ServingException e) {
      LOG.debugf("unload-postponed loop=%s reason=%s", loop.id(), e.getMessage());
    }
  }

  private void ensureLoaded(LoopSpec loop, ServingPort replica, Set<String> served, Champion one) {
    if (one.isBase()) {
      requireBase(loop, served);
    } else if (!served.contains(one.servedName())) {
      LOG.infof("reloading model=%s", one.servedName());
      replica.load(one.servedName(), ModelServers.adapterPath(String.valueOf(one.adapterUri())));
    }
  }

  /** The former champion serves no traffic; if it is missing, the champion still serves. */
  private void ensureFormerLoaded(
      LoopSpec loop,
      ServingPort replica,
      Set<String> served,
      Champion former,
      List<String> trouble) {
    try {
      ensureLoaded(loop, replica, served, former);
    } catch (ServingException e) {
      trouble.add(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Unloads adapters of this loop that are no longer in use: rejected candidates and old champions.
   * Those in use are read after the server's list, so that an adapter that was loaded in between is
   * not unloaded.
   */
  private void unloadUnused(LoopId loop, ServingPort replica, Set<String> served) {
    Set<String> inUse = new HashSet<>();
    evaluations.open(loop).ifPresent(open -> inUse.add(ServedName.of(loop, open.checkpointId())));
    rollouts.underWay(loop).forEach(rollout -> inUse.add(rollout.servedName()));
    champions.current(loop).ifPresent(champion -> inUse.addAll(names(champion)));
    for (String name : served) {
      if (name.startsWith(ServedName.prefix(loop)) && !inUse.contains(name)) {
        LOG.infof("unloading model=%s", name);
        replica.unload(name);
      }
    }
  }

  private List<String> names(Champion champion) {
    List<String> names = new ArrayList<>(List.of(champion.servedName()));
    champions.former(champion).ifPresent(former -> names.add(former.servedName()));
    return names;
  }

  private static void requireBase(LoopSpec loop, Set<String> served) {
    String name = loop.spec().serving().baseName();
    if (!served.contains(name)) {
      throw new ServingException(
          ServingException.Kind.UNKNOWN_MODEL,
          "the model server at %s has no model '%s'; correct spec.serving.baseName"
              .formatted(loop.spec().serving().endpoint(), name));
    }
  }
}

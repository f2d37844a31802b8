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
 * Keeps the champion and its predecessor loaded on every replica, whatever restarts there: what is
 * in service is what the registry says, not what a server happens to remember.
 */
@ApplicationScoped
public class ReplicaReconciler {
  private static final Logger LOG = Logger.getLogger(ReplicaReconciler.class);
  private final ChampionRepository champions;
  private final ModelServers servers;
  private final EvaluationRepository evaluations;
  private final RolloutRepository rollouts;
  private final Map<LoopId, Look> looks = new ConcurrentHashMap<>();

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
   * What the last look showed.
   *
   * @param answering replicas that have the champion
   * @param trouble of the others, in words
   * @param formerTrouble why there is none to fall back to on a replica that has the champion
   */
  public record Look(
      long generation,
      int answering,
      int replicas,
      List<String> trouble,
      List<String> formerTrouble) {
    public Look {
      trouble = List.copyOf(trouble);
      formerTrouble = List.copyOf(formerTrouble);
    }
  }

  /** The last look of this process at a loop's replicas. */
  public Optional<Look> last(LoopId loop) {
    return Optional.ofNullable(looks.get(loop));
  }

  void keep(DeclaredLoop loop) {
    champions.current(loop.id()).ifPresent(champion -> keep(loop.spec(), champion));
  }

  private void keep(LoopSpec loop, Champion champion) {
    Optional<Champion> former = champions.former(champion);
    List<String> urls = ModelServers.replicaUrls(loop);
    List<String> trouble = new ArrayList<>();
    List<String> formerTrouble = new ArrayList<>();
    int answering = 0;
    for (String url : urls) {
      try {
        ServingPort replica = servers.at(url, loop);
        Set<String> served = replica.models();
        keep(loop, replica, served, champion);
        answering++;
        former.ifPresent(one -> keepFormer(loop, replica, served, one, formerTrouble));
        unloadLeftovers(loop.id(), replica, served);
      } catch (ServingException e) {
        trouble.add(String.valueOf(e.getMessage()));
      }
    }
    looks.put(
        champion.loop(),
        new Look(champion.generation(), answering, urls.size(), trouble, formerTrouble));
    tidyUp(loop);
  }

  /** Where only candidates are asked nobody waits for the champion, but adapters pile up too. */
  private void tidyUp(LoopSpec loop) {
    try {
      servers.apart(loop).ifPresent(server -> unloadLeftovers(loop.id(), server, server.models()));
    } catch (ServingException e) {
      LOG.debugf("not-tidied loop=%s reason=%s", loop.id(), e.getMessage());
    }
  }

  private void keep(LoopSpec loop, ServingPort replica, Set<String> served, Champion one) {
    if (one.isBase()) {
      requireBase(loop, served);
    } else if (!served.contains(one.servedName())) {
      LOG.infof("loading-again model=%s", one.servedName());
      replica.load(one.servedName(), ModelServers.adapterPath(String.valueOf(one.adapterUri())));
    }
  }

  /** Nobody is answered by it now; that it is missing is no trouble of the present champion. */
  private void keepFormer(
      LoopSpec loop,
      ServingPort replica,
      Set<String> served,
      Champion former,
      List<String> trouble) {
    try {
      keep(loop, replica, served, former);
    } catch (ServingException e) {
      trouble.add(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Adapters of this loop that nobody waits for: rejected candidates and champions of old. Who
   * waits is read after the server was asked, so that an adapter loaded meanwhile is not among
   * them.
   */
  private void unloadLeftovers(LoopId loop, ServingPort replica, Set<String> served) {
    Set<String> waitedFor = new HashSet<>();
    evaluations
        .open(loop)
        .ifPresent(open -> waitedFor.add(ServedName.of(loop, open.checkpointId())));
    rollouts.underWay(loop).forEach(rollout -> waitedFor.add(rollout.servedName()));
    champions.current(loop).ifPresent(champion -> waitedFor.addAll(names(champion)));
    for (String name : served) {
      if (name.startsWith(ServedName.prefix(loop)) && !waitedFor.contains(name)) {
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

package dev.whetstone.eval.rollout;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.evaluation.Evaluation;
import dev.whetstone.eval.evaluation.EvaluationRepository;
import dev.whetstone.eval.evaluation.EvaluationState.Asking;
import dev.whetstone.eval.evaluation.FrozenInputs;
import dev.whetstone.eval.serving.ServedName;
import dev.whetstone.eval.serving.ServingException;
import dev.whetstone.eval.serving.ServingPort;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/** Unloads adapters that are no longer in use: rejected candidates and old champions. */
@ApplicationScoped
public class UnusedAdapterUnloader {
  private static final Logger LOG = Logger.getLogger(UnusedAdapterUnloader.class);
  private final ChampionRepository champions;
  private final EvaluationRepository evaluations;
  private final RolloutRepository rollouts;

  public UnusedAdapterUnloader(
      ChampionRepository champions, EvaluationRepository evaluations, RolloutRepository rollouts) {
    this.champions = champions;
    this.evaluations = evaluations;
    this.rollouts = rollouts;
  }

  /**
   * Unloads the unused adapters of these loops. Those in use are read after the server's list, so
   * that an adapter that was loaded in between is not unloaded.
   */
  void unload(ServingPort server, Set<String> served, List<ServingNeed> needs, Set<String> known) {
    Map<String, LoopId> byPrefix = new HashMap<>();
    needs.forEach(
        need -> byPrefix.put(ServedName.prefix(need.champion().loop()), need.champion().loop()));
    Map<LoopId, Set<String>> inUse = new HashMap<>();
    for (String name : served) {
      LoopId loop = byPrefix.get(name.substring(0, name.lastIndexOf('.') + 1));
      if (loop != null
          && !known.contains(name)
          && !inUse.computeIfAbsent(loop, this::inUse).contains(name)) {
        unload(server, name);
      }
    }
  }

  private static void unload(ServingPort server, String name) {
    try {
      LOG.infof("unloading model=%s", name);
      server.unload(name);
    } catch (ServingException e) {
      LOG.debugf("unload-postponed model=%s reason=%s", name, e.getMessage());
    }
  }

  private Set<String> inUse(LoopId loop) {
    Set<String> names = new HashSet<>();
    evaluations
        .open(loop)
        .ifPresent(
            open -> {
              names.add(ServedName.of(loop, open.checkpointId()));
              names.addAll(anchors(open));
            });
    rollouts.underWay(loop).forEach(rollout -> names.add(rollout.servedName()));
    champions
        .current(loop)
        .ifPresent(
            champion -> {
              names.add(champion.servedName());
              champions.former(champion).ifPresent(former -> names.add(former.servedName()));
            });
    return names;
  }

  /** The former champions that an evaluation asks. */
  private static List<String> anchors(Evaluation evaluation) {
    return evaluation.state() instanceof Asking(FrozenInputs frozen)
        ? frozen.anchors().stream().map(Champion::servedName).toList()
        : List.of();
  }
}

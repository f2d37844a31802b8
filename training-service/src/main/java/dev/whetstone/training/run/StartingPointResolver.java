package dev.whetstone.training.run;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.training.checkpoint.CheckpointRepository;
import dev.whetstone.training.checkpoint.CheckpointRepository.Parent;
import dev.whetstone.training.loop.ChampionRepository;
import dev.whetstone.training.loop.ChampionRepository.Champion;
import dev.whetstone.training.plan.RunPlan;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Resolves what a run starts from: the base model, or the champion where the loop asks for it and
 * the champion is usable.
 */
@ApplicationScoped
public class StartingPointResolver {
  private final ChampionRepository champions;
  private final CheckpointRepository checkpoints;
  private final DeclaredLoopRepository loops;
  private final ObjectStore store;
  private final ArtifactResolver artifacts;

  public StartingPointResolver(
      ChampionRepository champions,
      CheckpointRepository checkpoints,
      DeclaredLoopRepository loops,
      ObjectStore store,
      ArtifactResolver artifacts) {
    this.champions = champions;
    this.checkpoints = checkpoints;
    this.loops = loops;
    this.store = store;
    this.artifacts = artifacts;
  }

  /**
   * A run's starting point.
   *
   * @param adapter absent for the base model
   * @param checkpointId the champion's checkpoint, where the run starts from one
   * @param reason a sentence that says why it is not the champion, although the loop asks for it
   */
  public record Start(
      RunSpec.@Nullable Input adapter, @Nullable String checkpointId, @Nullable String reason) {
    private static final Start BASE = new Start(null, null, null);
  }

  /**
   * Reads rows and the object store; call it outside any transaction.
   *
   * @throws ObjectStoreException when the champion's adapter cannot be read
   */
  public Start of(LoopId loop, LoopSpec spec) {
    if (!"champion".equals(spec.spec().training().startFrom())) {
      return Start.BASE;
    }
    Champion champion = champions.of(loop).orElse(null);
    if (champion == null || champion.adapterUri() == null) {
      return Start.BASE;
    }
    String checkpointId = champion.checkpointId();
    Optional<String> fault =
        checkpointId == null ? Optional.empty() : fault(loop, checkpointId, spec);
    return fault
        .map(why -> new Start(null, null, "starts from the base model: the champion " + why))
        .orElseGet(() -> new Start(adapter(champion.adapterUri()), checkpointId, null));
  }

  /**
   * Whether the checkpoint that a plan starts from is still untainted. In the transaction that
   * stores the plan.
   */
  public boolean isStillUsable(LoopId loop, RunPlan plan) {
    String checkpointId = plan.parentCheckpointId();
    return checkpointId == null
        || checkpoints.lockParent(loop, checkpointId).filter(Parent::tainted).isEmpty();
  }

  /** Only the worker can tell whether an adapter that was made elsewhere fits this base model. */
  private Optional<String> fault(LoopId loop, String checkpointId, LoopSpec spec) {
    Optional<Parent> parent = checkpoints.parent(loop, checkpointId);
    if (parent.isEmpty()) {
      return Optional.empty();
    }
    if (parent.get().tainted()) {
      return Optional.of("was trained on data that has since been erased");
    }
    boolean sameBase =
        loops
            .bySha(loop, parent.get().loopSpecSha256())
            .map(declared -> declared.spec().spec().baseModel())
            .filter(base -> isSame(base, spec.spec().baseModel()))
            .isPresent();
    return sameBase ? Optional.empty() : Optional.of("was trained on another base model");
  }

  private static boolean isSame(LoopSpec.BaseModel one, LoopSpec.BaseModel other) {
    return Objects.equals(one.sha256(), other.sha256())
        && (one.sha256() != null || one.uri().equals(other.uri()));
  }

  private RunSpec.Input adapter(String uri) {
    URI location = URI.create(uri);
    try {
      // An adapter outside of the store is refused: nothing keeps its bytes from changing.
      String unused = store.key(location);
      return new RunSpec.Input(uri, artifacts.resolve(location).directorySha256());
    } catch (ObjectStoreException e) {
      throw new ObjectStoreException(
          "training.startFrom makes the run start from the champion's adapter: " + e.getMessage(),
          e);
    }
  }
}

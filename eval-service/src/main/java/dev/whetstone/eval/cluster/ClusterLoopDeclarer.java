package dev.whetstone.eval.cluster;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopState;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.cluster.ClusterLoopStatusRule.Facts;
import dev.whetstone.eval.cluster.ClusterLoopStatusRule.LoopFacts;
import dev.whetstone.eval.registry.ClusterLoopRepository;
import dev.whetstone.eval.registry.LoopFolder;
import dev.whetstone.eval.registry.LoopRegistry;
import dev.whetstone.eval.status.LoopStatusReader;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.LoopDeclaration;
import dev.whetstone.kit.loop.LoopFileException;
import dev.whetstone.kit.loop.LoopFileReader;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.tenant.TenantLimits;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Declares the loop of a resource as a loop file of the mounted folder would, and deletes it. */
@ApplicationScoped
public class ClusterLoopDeclarer {
  /**
   * An unchanged resource is read again after this time, because a file that it names can change.
   */
  private static final Duration READ_AGAIN = Duration.ofMinutes(1);

  private final LoopRegistry registry;
  private final LoopFolder folder;
  private final ClusterLoopRepository owners;
  private final ChampionRepository champions;
  private final LoopStatusReader status;
  private final TenantLimits limits;
  private final Clock clock;
  private final Map<String, Reading> valid = new ConcurrentHashMap<>();

  public ClusterLoopDeclarer(
      LoopRegistry registry,
      LoopFolder folder,
      ClusterLoopRepository owners,
      ChampionRepository champions,
      LoopStatusReader status,
      TenantLimits limits,
      Clock clock) {
    this.registry = registry;
    this.folder = folder;
    this.owners = owners;
    this.champions = champions;
    this.status = status;
    this.limits = limits;
    this.clock = clock;
  }

  /** When a resource was last read without faults. */
  private record Reading(long generation, Instant at) {}

  /** Forgets all resources but these. */
  void retain(Collection<ClusterLoop> resources) {
    valid.keySet().retainAll(resources.stream().map(ClusterLoop::uid).toList());
  }

  /** Declares the loop and tells what is in force afterwards. */
  Facts declare(ClusterLoop resource) {
    Optional<LoopId> loop = resource.loop();
    String faults = loop.map(id -> faults(resource, id)).orElseGet(() -> read(resource));
    return new Facts(
        resource.generation(),
        faults,
        loop.filter(id -> owns(resource, id))
            .flatMap(registry::current)
            .map(this::facts)
            .orElse(null));
  }

  /**
   * Deletes the loop that a resource declared. Its data ends as after {@code DELETE}; what another
   * resource declares stays.
   */
  void delete(ClusterLoop resource) {
    resource
        .loop()
        .filter(id -> owns(resource, id))
        .filter(id -> registry.current(id).isPresent())
        .ifPresent(
            id -> {
              DeclaredLoop unused = registry.change(id, LoopState.DELETED);
            });
    owners.remove(resource.name());
  }

  private boolean owns(ClusterLoop resource, LoopId loop) {
    return owners.owner(loop).filter(resource.name()::equals).isPresent();
  }

  private String faults(ClusterLoop resource, LoopId loop) {
    try {
      folder.requireNoFile(loop);
    } catch (ProblemException e) {
      // The file's loop must not end with this resource.
      owners.remove(resource.name());
      return String.valueOf(e.getMessage());
    }
    String owner = owners.claim(loop, resource.name());
    if (!owner.equals(resource.name())) {
      return "loop '%s' is declared by the Loop resource '%s'; delete one of the two"
          .formatted(loop, owner);
    }
    return isInForce(resource, loop) ? "" : read(resource);
  }

  private boolean isInForce(ClusterLoop resource, LoopId loop) {
    Reading last = valid.get(resource.uid());
    return last != null
        && last.generation() == resource.generation()
        && clock.instant().isBefore(last.at().plus(READ_AGAIN))
        && registry.current(loop).isPresent();
  }

  /** Reads and declares; the text of all faults, or none. */
  private String read(ClusterLoop resource) {
    String file = "Loop " + resource.name();
    try {
      LoopDeclaration declaration = LoopFileReader.read(resource.loopFile(), file, null, limits);
      DeclaredLoop unused = registry.declare(declaration, file);
      valid.put(resource.uid(), new Reading(resource.generation(), clock.instant()));
      return "";
    } catch (LoopFileException | ProblemException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private LoopFacts facts(DeclaredLoop loop) {
    Optional<Champion> champion = champions.current(loop.id());
    @Nullable String served = champion.map(Champion::servedName).orElse(null);
    return new LoopFacts(
        loop.revision(),
        loop.specSha256(),
        served,
        champion.map(Champion::generation).orElse(0L),
        status.conditions(loop));
  }
}

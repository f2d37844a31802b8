package dev.whetstone.eval.registry;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.LoopState;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.due.DueLoopRepository;
import dev.whetstone.eval.due.WorkKind;
import dev.whetstone.eval.epoch.NumberFloorRepository;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.loop.LoopDeclaration;
import dev.whetstone.kit.outbox.DatabaseEpoch;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Owns the loops: stores their declarations by revision and publishes each of them. */
@ApplicationScoped
public class LoopRegistry {
  private static final Logger LOG = Logger.getLogger(LoopRegistry.class);
  private final Sql sql;
  private final ParsedSpecCache parsed = new ParsedSpecCache();
  private final DeclaredLoopRepository loops;
  private final ChampionRepository champions;
  private final Outbox outbox;
  private final EventFactory events;
  private final DatabaseEpoch epoch;
  private final NumberFloorRepository floors;
  private final DueLoopRepository due;
  private final Clock clock;

  public LoopRegistry(
      Sql sql,
      DeclaredLoopRepository loops,
      ChampionRepository champions,
      Outbox outbox,
      EventFactory events,
      DatabaseEpoch epoch,
      NumberFloorRepository floors,
      DueLoopRepository due,
      Clock clock) {
    this.sql = sql;
    this.loops = loops;
    this.champions = champions;
    this.outbox = outbox;
    this.events = events;
    this.epoch = epoch;
    this.floors = floors;
    this.due = due;
    this.clock = clock;
  }

  /**
   * Declares a loop: creates a new revision if the declaration differs from the newest one. The
   * first one also puts the base model in service.
   *
   * @param origin the file or application that the declaration comes from
   */
  @Transactional
  public DeclaredLoop declare(LoopDeclaration declaration, String origin) {
    return declare(declaration, origin, current -> {});
  }

  /**
   * Declares a loop after a check of what it changes.
   *
   * @param check gets the declaration in force, which cannot change meanwhile; what it throws keeps
   *     that one in force
   */
  @Transactional
  public DeclaredLoop declare(
      LoopDeclaration declaration, String origin, Consumer<Optional<LoopSpec>> check) {
    LoopId id = declaration.spec().id();
    lock(id);
    Optional<DeclaredLoop> newest = loops.newest(id);
    Optional<DeclaredLoop> current = newest.filter(loop -> loop.state() != LoopState.DELETED);
    if (current.isPresent() && current.get().specSha256().equals(declaration.specSha256())) {
      return current.get();
    }
    check.accept(newest.map(DeclaredLoop::spec));
    LoopState state = current.map(DeclaredLoop::state).orElse(LoopState.ACTIVE);
    DeclaredLoop declared =
        publish(
            new DeclaredLoop(
                id,
                declaration.spec(),
                declaration.specSha256(),
                revisionAfter(id, newest),
                state));
    recordSource(id, declaration, origin);
    String baseName = declaration.spec().spec().serving().baseName();
    champions.begin(id, baseName);
    renameBase(id, baseName);
    due.wake(id, WorkKind.EVALUATION, WorkKind.ROLLOUT);
    return declared;
  }

  /**
   * Pauses, resumes or deletes a loop. A loop that is in that state already stays as it is.
   *
   * @throws dev.whetstone.kit.problem.ProblemException 404 {@code unknown-loop}
   */
  @Transactional
  public DeclaredLoop change(LoopId id, LoopState state) {
    lock(id);
    DeclaredLoop current = loops.require(id);
    if (current.state() == state) {
      return current;
    }
    LOG.infof("loop-state loop=%s state=%s", id, state);
    due.wake(id, WorkKind.EVALUATION, WorkKind.ROLLOUT);
    return publish(
        new DeclaredLoop(
            id,
            current.spec(),
            current.specSha256(),
            revisionAfter(id, Optional.of(current)),
            state));
  }

  /** Two concurrent changes must not become the same revision. */
  private void lock(LoopId id) {
    sql.query("select pg_advisory_xact_lock(hashtext(?))", row -> true, "loop " + id.key());
  }

  private long revisionAfter(LoopId id, Optional<DeclaredLoop> newest) {
    return Math.max(newest.map(DeclaredLoop::revision).orElse(0L), floors.revision(id)) + 1;
  }

  private DeclaredLoop publish(DeclaredLoop loop) {
    LoopDeclared declared =
        new LoopDeclared(loop.spec(), loop.specSha256(), loop.revision(), loop.state());
    loops.record(declared);
    outbox.add(
        events.create(
            epoch.eventId("loop-%s-%d".formatted(loop.id().loop(), loop.revision())),
            loop.id(),
            "eval",
            null,
            loop.id().key(),
            declared));
    return loop;
  }

  /**
   * Publishes the newest declaration and the champion of a loop again, after a restore, with
   * numbers that are higher than all published before. Publishing twice gives the same events.
   */
  @Transactional
  public void announce(DeclaredLoop loop) {
    long revision = Math.max(loop.revision(), floors.revision(loop.id()) + 1);
    DeclaredLoop announced =
        publish(
            new DeclaredLoop(loop.id(), loop.spec(), loop.specSha256(), revision, loop.state()));
    LOG.debugf("loop-announced loop=%s revision=%d", announced.id(), announced.revision());
    champions.announce(loop.id());
  }

  /** If the base model is in service, its new name takes effect as a new generation. */
  private void renameBase(LoopId id, String baseName) {
    champions
        .current(id)
        .filter(champion -> champion.isBase() && !champion.servedName().equals(baseName))
        .map(
            champion -> champion.next(null, null, baseName, champion.decisionId(), clock.instant()))
        .ifPresent(
            renamed -> {
              if (!champions.replace(renamed)) {
                LOG.infof("base-not-renamed loop=%s reason=another champion was set", id);
              }
            });
  }

  /** The newest revision of a loop. */
  public Optional<DeclaredLoop> current(LoopId id) {
    return loops.head(id).flatMap(this::parsed);
  }

  /**
   * The newest revision of a loop.
   *
   * @throws dev.whetstone.kit.problem.ProblemException 404 {@code unknown-loop}
   */
  public DeclaredLoop require(LoopId id) {
    return current(id).orElseThrow(() -> DeclaredLoopRepository.unknown(id));
  }

  public Optional<DeclaredLoop> bySha(LoopId id, String specSha256) {
    return parsed.get(id, specSha256, () -> loops.bySha(id, specSha256));
  }

  /** The newest revision of every loop, sorted. */
  public List<DeclaredLoop> all() {
    return loops.heads().stream().map(this::parsed).flatMap(Optional::stream).toList();
  }

  /**
   * The newest revisions of a tenant's loops, sorted by name.
   *
   * @param after name of the last loop of the page before; empty for the first page
   */
  public List<DeclaredLoop> page(String tenant, String after, int limit) {
    return loops.heads(tenant, after, limit).stream()
        .map(this::parsed)
        .flatMap(Optional::stream)
        .toList();
  }

  /** The declaration of a head; the spec is parsed once per digest. */
  private Optional<DeclaredLoop> parsed(DeclaredLoopRepository.Head head) {
    return bySha(head.id(), head.specSha256())
        .map(
            loop ->
                new DeclaredLoop(
                    loop.id(), loop.spec(), loop.specSha256(), head.revision(), head.state()));
  }

  /** The origin of each value of a stored declaration. */
  public List<LoopDeclaration.Setting> settings(DeclaredLoop loop) {
    return sql.first(
            "select settings from loop_source where tenant = ? and loop = ? and spec_sha256 = ?",
            row -> row.getString("settings").getBytes(StandardCharsets.UTF_8),
            loop.id().tenant(),
            loop.id().loop(),
            loop.specSha256())
        .map(bytes -> List.of(Json.read(bytes, LoopDeclaration.Setting[].class)))
        .orElse(List.of());
  }

  private void recordSource(LoopId id, LoopDeclaration declaration, String origin) {
    sql.update(
        """
        insert into loop_source (tenant, loop, spec_sha256, origin, settings, declared_at)
        values (?, ?, ?, ?, ?, ?) on conflict do nothing
        """,
        id.tenant(),
        id.loop(),
        declaration.specSha256(),
        origin,
        Json.text(declaration.settings()),
        clock.instant());
  }
}

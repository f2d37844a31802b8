package dev.whetstone.eval.registry;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.eval.champion.ChampionRepository;
import dev.whetstone.eval.due.DueLoopRepository;
import dev.whetstone.eval.due.WorkKind;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.loop.LoopDeclaration;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
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
  private final DueLoopRepository due;
  private final Clock clock;

  public LoopRegistry(
      Sql sql,
      DeclaredLoopRepository loops,
      ChampionRepository champions,
      Outbox outbox,
      EventFactory events,
      DueLoopRepository due,
      Clock clock) {
    this.sql = sql;
    this.loops = loops;
    this.champions = champions;
    this.outbox = outbox;
    this.events = events;
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
    LoopId id = declaration.spec().id();
    // Two concurrent declarations must not become the same revision.
    sql.query("select pg_advisory_xact_lock(hashtext(?))", row -> true, "loop " + id.key());
    Optional<DeclaredLoop> current = loops.current(id);
    if (current.isPresent() && current.get().specSha256().equals(declaration.specSha256())) {
      return current.get();
    }
    long revision = current.map(DeclaredLoop::revision).orElse(0L) + 1;
    LoopDeclared declared =
        new LoopDeclared(declaration.spec(), declaration.specSha256(), revision);
    loops.record(declared);
    recordSource(id, declaration, origin);
    outbox.add(
        events.create(
            "loop-%s-%d".formatted(id.loop(), revision), id, "eval", null, id.key(), declared));
    String baseName = declaration.spec().spec().serving().baseName();
    champions.begin(id, baseName);
    renameBase(id, baseName);
    due.wake(id, WorkKind.EVALUATION, WorkKind.ROLLOUT);
    return new DeclaredLoop(id, declaration.spec(), declaration.specSha256(), revision);
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

  /** The declaration of a head; the spec is parsed once per digest. */
  private Optional<DeclaredLoop> parsed(DeclaredLoopRepository.Head head) {
    return bySha(head.id(), head.specSha256())
        .map(loop -> new DeclaredLoop(loop.id(), loop.spec(), loop.specSha256(), head.revision()));
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

package dev.whetstone.kit.loop;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.LoopState;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.sql.DatabaseException;
import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** The declarations that a service has consumed, in its own database. */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class DeclaredLoopRepository {
  private static final String COLUMNS = "tenant, loop, spec_sha256, revision, spec, state";
  private final DataSource dataSource;

  public DeclaredLoopRepository(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * Stores a declaration in the caller's transaction. If the spec is stored already, the later of
   * the two revisions is kept with its state.
   */
  public void record(LoopDeclared declared) {
    LoopId id = declared.spec().id();
    String insert =
        "insert into declared_loop ("
            + COLUMNS
            + ") values (?, ?, ?, ?, ?::jsonb, ?) "
            + "on conflict (tenant, loop, spec_sha256) do update "
            + "set revision = excluded.revision, state = excluded.state "
            + "where excluded.revision > declared_loop.revision";
    try (var connection = dataSource.getConnection();
        var statement = connection.prepareStatement(insert)) {
      statement.setString(1, id.tenant());
      statement.setString(2, id.loop());
      statement.setString(3, declared.specSha256());
      statement.setLong(4, declared.revision());
      statement.setString(5, Json.text(declared.spec()));
      statement.setString(6, declared.stateOrActive().name());
      statement.executeUpdate();
    } catch (SQLException e) {
      throw new DatabaseException("cannot keep the declaration of " + id, e);
    }
  }

  /** The newest revision of a loop that is not deleted. */
  public Optional<DeclaredLoop> current(LoopId id) {
    return newest(id).filter(loop -> loop.state() != LoopState.DELETED);
  }

  /** The newest revision of a loop, deleted or not. */
  public Optional<DeclaredLoop> newest(LoopId id) {
    return query(
            "where tenant = ? and loop = ? order by revision desc limit 1", id.tenant(), id.loop())
        .stream()
        .findFirst();
  }

  /**
   * The newest revision of a requested loop.
   *
   * @throws ProblemException 404 {@code unknown-loop}
   */
  public DeclaredLoop require(LoopId id) {
    return current(id).orElseThrow(() -> unknown(id));
  }

  /** The response for a loop that does not exist or belongs to another tenant. */
  public static ProblemException unknown(LoopId id) {
    return new ProblemException(
        HttpProblems.notFound(
            "unknown-loop",
            "there is no loop '" + id.loop() + "'",
            "declare it with PUT /v1/loops/"
                + id.loop()
                + " (eval) or ./whetstone loop apply FILE, or see GET /v1/loops for yours"));
  }

  /** The declaration with a digest, of any revision. */
  public Optional<DeclaredLoop> bySha(LoopId id, String specSha256) {
    return query(
            "where tenant = ? and loop = ? and spec_sha256 = ?", id.tenant(), id.loop(), specSha256)
        .stream()
        .findFirst();
  }

  /** The newest revision of every loop that is not deleted, sorted. */
  public List<DeclaredLoop> all() {
    return query(
        "where revision = (select max(revision) from declared_loop newest"
            + " where newest.tenant = declared_loop.tenant and newest.loop = declared_loop.loop)"
            + " and state <> 'DELETED'"
            + " order by tenant, loop");
  }

  /**
   * A declaration without its spec.
   *
   * @param specSha256 identifies the spec, which never changes
   */
  public record Head(LoopId id, String specSha256, long revision, LoopState state) {}

  /** The newest revision of a loop that is not deleted, without its spec. */
  public Optional<Head> head(LoopId id) {
    return heads(
            "select tenant, loop, spec_sha256, revision, state from declared_loop"
                + " where tenant = ? and loop = ? order by revision desc limit 1",
            id.tenant(),
            id.loop())
        .stream()
        .findFirst();
  }

  /** The newest revision of every loop that is not deleted, sorted, without the specs. */
  public List<Head> heads() {
    return heads(
        "select distinct on (tenant, loop) tenant, loop, spec_sha256, revision, state from declared_loop"
            + " order by tenant, loop, revision desc");
  }

  /**
   * A page of the newest revisions of a tenant's loops that are not deleted, sorted by name,
   * without the specs.
   *
   * @param after name of the last loop of the page before; empty for the first page
   */
  public List<Head> heads(String tenant, String after, int limit) {
    return heads(
        """
        select * from (
          select distinct on (loop) tenant, loop, spec_sha256, revision, state from declared_loop
          where tenant = ? and loop > ? order by loop, revision desc) newest
        where state <> 'DELETED' order by loop limit ?
        """,
        tenant,
        after,
        limit);
  }

  private List<Head> heads(String sql, Object... arguments) {
    List<Head> heads = new ArrayList<>();
    try (var connection = dataSource.getConnection();
        var statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < arguments.length; i++) {
        statement.setObject(i + 1, arguments[i]);
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          LoopId id = new LoopId(row.getString(1), row.getString(2));
          LoopState state = LoopState.valueOf(row.getString(5));
          if (state != LoopState.DELETED) {
            heads.add(new Head(id, row.getString(3), row.getLong(4), state));
          }
        }
      }
    } catch (SQLException e) {
      throw new DatabaseException("cannot read declared loops", e);
    }
    return heads;
  }

  private List<DeclaredLoop> query(String where, String... arguments) {
    List<DeclaredLoop> loops = new ArrayList<>();
    try (var connection = dataSource.getConnection();
        var statement =
            connection.prepareStatement("select " + COLUMNS + " from declared_loop " + where)) {
      for (int i = 0; i < arguments.length; i++) {
        statement.setString(i + 1, arguments[i]);
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          LoopId id = new LoopId(row.getString(1), row.getString(2));
          LoopSpec spec = Json.read(row.getString(5), LoopSpec.class);
          LoopState state = LoopState.valueOf(row.getString(6));
          loops.add(new DeclaredLoop(id, spec, row.getString(3), row.getLong(4), state));
        }
      }
    } catch (SQLException e) {
      throw new DatabaseException("cannot read declared loops", e);
    }
    return loops;
  }
}

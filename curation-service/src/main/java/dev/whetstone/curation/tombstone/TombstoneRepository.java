package dev.whetstone.curation.tombstone;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.tombstone.Tombstone.Subject;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The rows of tombstones.
 *
 * <p>Admission looks for a tombstone, then writes; an erasure writes a tombstone, then looks for
 * data to erase. Both hold a lock on the loop until they commit (shared and exclusive), so that
 * neither misses the other.
 */
@ApplicationScoped
public class TombstoneRepository {
  private final Sql sql;

  public TombstoneRepository(Sql sql) {
    this.sql = sql;
  }

  /**
   * Locks loops until the transaction ends: shared to admit events, which blocks erasures, or
   * exclusive to erase, which blocks both. One call takes all locks of a transaction in a fixed
   * order, to avoid deadlocks.
   */
  public void lock(Collection<LoopId> admitting, Collection<LoopId> erasing) {
    for (LoopId loop : sorted(admitting, erasing)) {
      String lock =
          erasing.contains(loop) ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared";
      sql.query("select " + lock + "(hashtextextended('erasure:' || ?, 0))", row -> 0, loop.key());
    }
  }

  /**
   * Locks loops to admit events, as {@link #lock} does, but without waiting.
   *
   * @return the loops that no erasure holds
   */
  public Set<LoopId> tryLockToAdmit(Collection<LoopId> loops) {
    return sorted(loops, List.of()).stream()
        .filter(
            loop ->
                sql.query(
                        "select pg_try_advisory_xact_lock_shared(hashtextextended('erasure:' || ?, 0))",
                        row -> row.getBoolean(1),
                        loop.key())
                    .getFirst())
        .collect(Collectors.toSet());
  }

  public void put(LoopId loop, Tombstone tombstone) {
    sql.update(
        """
        insert into tombstone (tenant, loop, subject, digest, watermark) values (?, ?, ?, ?, ?)
        on conflict (tenant, loop, subject, digest)
        do update set watermark = greatest(tombstone.watermark, excluded.watermark)
        """,
        loop.tenant(),
        loop.loop(),
        tombstone.subject().wireName(),
        tombstone.digest(),
        tombstone.watermark());
  }

  /** Tombstones of the given digests. */
  public Map<String, Tombstone> find(LoopId loop, Collection<String> digests) {
    Map<String, Tombstone> found = new HashMap<>();
    sql.query(
            "select * from tombstone where tenant = ? and loop = ? and digest = any(?)",
            TombstoneRepository::read,
            loop.tenant(),
            loop.loop(),
            digests)
        .forEach(tombstone -> found.put(tombstone.digest(), tombstone));
    return found;
  }

  /** All tombstones of a loop, in a fixed order. */
  public List<Tombstone> all(LoopId loop) {
    return sql.query(
        "select * from tombstone where tenant = ? and loop = ? order by subject, digest",
        TombstoneRepository::read,
        loop.tenant(),
        loop.loop());
  }

  private static Tombstone read(java.sql.ResultSet row) throws java.sql.SQLException {
    return new Tombstone(
        Subject.valueOf(row.getString("subject").toUpperCase(java.util.Locale.ROOT)),
        row.getString("digest"),
        Objects.requireNonNull(Sql.instant(row, "watermark")));
  }

  private static List<LoopId> sorted(Collection<LoopId> some, Collection<LoopId> others) {
    var keys = new TreeSet<String>();
    some.forEach(loop -> keys.add(loop.key()));
    others.forEach(loop -> keys.add(loop.key()));
    return keys.stream().map(LoopId::parse).toList();
  }
}

package dev.whetstone.curation.tombstone;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.tombstone.Tombstone.Subject;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * The rows of tombstones. A tombstone covers all loops of its tenant.
 *
 * <p>Admission looks for a tombstone, then writes; an erasure writes a tombstone, then looks for
 * data to erase. Both hold a lock on the loop until they commit (shared and exclusive), so that
 * neither misses the other.
 */
@ApplicationScoped
public class TombstoneRepository {
  /** Rows of a cursor in memory. */
  private static final int FETCH = 1_000;

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

  /** Writes a tombstone for all loops of a tenant, those that are not declared yet included. */
  public void put(String tenant, Tombstone tombstone) {
    sql.update(
        """
        insert into tombstone (tenant, loop, subject, digest, watermark) values (?, '', ?, ?, ?)
        on conflict (tenant, loop, subject, digest)
        do update set watermark = greatest(tombstone.watermark, excluded.watermark)
        """,
        tenant,
        tombstone.subject().wireName(),
        tombstone.digest(),
        tombstone.watermark());
  }

  /** Tombstones of the given digests that cover a loop. */
  public Map<String, Tombstone> find(LoopId loop, Collection<String> digests) {
    Map<String, Tombstone> found = new HashMap<>();
    sql.query(
            "select * from tombstone where tenant = ? and loop = '' and digest = any(?)",
            TombstoneRepository::read,
            loop.tenant(),
            digests)
        .forEach(tombstone -> found.put(tombstone.digest(), tombstone));
    return found;
  }

  /** The tombstones that cover a loop: their number, and a digest over them in a fixed order. */
  public record Ledger(int count, String sha256) {}

  /** Digests all tombstones that cover a loop, through a cursor in the caller's transaction. */
  public Ledger ledger(LoopId loop) {
    MessageDigest digest = ContentDigests.newSha256();
    int[] count = {0};
    sql.scan(
        "select * from tombstone where tenant = ? and loop = '' order by subject, digest",
        FETCH,
        row -> {
          digest.update(Json.canonical(read(row)));
          count[0]++;
          return true;
        },
        loop.tenant());
    return new Ledger(count[0], ContentDigests.hex(digest.digest()));
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

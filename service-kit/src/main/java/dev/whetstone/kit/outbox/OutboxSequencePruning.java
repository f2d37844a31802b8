package dev.whetstone.kit.outbox;

import dev.whetstone.kit.sql.Sql;
import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Deletes the sequence numbers of keys under which no message waits: the next message under such a
 * key can be number one again. Otherwise there would be a row for every key that ever was.
 */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class OutboxSequencePruning {
  private static final Logger LOG = Logger.getLogger(OutboxSequencePruning.class);

  /** Few enough for a short transaction, so that writers do not wait for it. */
  private static final int CHUNK = 1_000;

  private static final String LOCK =
      """
      select topic, message_key from outbox_sequence s
      where (topic, message_key) > (?, ?) and not exists (
        select 1 from outbox o where o.topic = s.topic and o.message_key = s.message_key)
      order by topic, message_key limit ? for update skip locked
      """;

  /** A statement of its own, so that it sees what the last writer under the key has committed. */
  private static final String DELETE =
      """
      delete from outbox_sequence s where topic = ? and message_key = ? and not exists (
        select 1 from outbox o where o.topic = s.topic and o.message_key = s.message_key)
      """;

  private final Sql sql;

  public OutboxSequencePruning(Sql sql) {
    this.sql = sql;
  }

  private record Key(String topic, String messageKey) {}

  @Scheduled(
      every = "${whetstone.outbox.prune-every:1h}",
      delayed = "10m",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void prune() {
    Key last = new Key("", "");
    long pruned = 0;
    List<Key> some;
    do {
      Key after = last;
      some = QuarkusTransaction.requiringNew().call(() -> pruneSome(after));
      pruned += some.size();
      last = some.isEmpty() ? last : some.getLast();
    } while (some.size() == CHUNK);
    if (pruned > 0) {
      LOG.infof("outbox-sequences-pruned keys=%d", pruned);
    }
  }

  private List<Key> pruneSome(Key after) {
    List<Key> free =
        sql.query(
            LOCK,
            row -> new Key(row.getString("topic"), row.getString("message_key")),
            after.topic(),
            after.messageKey(),
            CHUNK);
    List<Object[]> keys = new ArrayList<>();
    free.forEach(key -> keys.add(new Object[] {key.topic(), key.messageKey()}));
    sql.updateAll(DELETE, keys);
    return free;
  }
}

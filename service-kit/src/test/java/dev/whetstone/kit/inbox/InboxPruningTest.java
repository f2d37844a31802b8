package dev.whetstone.kit.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class InboxPruningTest {
  private static final String KEYS =
      "select event_key from inbox where event_key like 'prune/%' order by event_key";

  @Inject Sql sql;
  @Inject Clock systemClock;

  @Test
  void shouldPruneKeysByAgeOnly() {
    Instant start = systemClock.instant();
    MutableClock clock = new MutableClock(start);
    InboxPruning pruning = new InboxPruning(sql, clock, Duration.ofDays(400));
    sql.updateInNewTransaction(
        "insert into inbox (event_key, body_sha256, received_at)"
            + " select 'prune/old-' || n, 'b', ? from generate_series(1, 25000) n",
        start.minus(Duration.ofDays(1)));
    sql.updateInNewTransaction(
        "insert into inbox (event_key, body_sha256, received_at) values ('prune/young', 'b', ?)",
        start);

    clock.advance(Duration.ofDays(398));
    pruning.prune();
    assertThat(sql.query(KEYS, row -> row.getString(1))).hasSize(25_001);

    clock.advance(Duration.ofDays(1).plusHours(1));
    pruning.prune();
    assertThat(sql.query(KEYS, row -> row.getString(1))).containsExactly("prune/young");
  }
}

package dev.whetstone.kit.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.whetstone.kit.sql.Sql;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class LeaseManagerTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  @Inject Sql sql;

  @Test
  void shouldGiveALeaseToOneWorkerAtATime() {
    AtomicBoolean second = new AtomicBoolean(true);
    LeaseManager other = new LeaseManager(sql, "other", LONG);

    boolean first = owner(LONG).run("one", () -> second.set(other.run("one", () -> {})));

    assertThat(first).isTrue();
    assertThat(second).isFalse();
    assertThat(other.run("one", () -> {})).isTrue();
  }

  @Test
  void shouldReleaseTheLeaseOfWorkThatFails() {
    assertThatThrownBy(
            () ->
                owner(LONG)
                    .run(
                        "failing",
                        () -> {
                          throw new IllegalStateException("broken");
                        }))
        .hasMessage("broken");

    assertThat(new LeaseManager(sql, "other", LONG).run("failing", () -> {})).isTrue();
  }

  @Test
  void shouldTakeOverALeaseThatExpired() {
    sql.updateInNewTransaction(
        "insert into work_lease values ('dead', 'killed', clock_timestamp() + interval '300 ms')");
    LeaseManager leases = owner(LONG);

    assertThat(leases.run("dead", () -> {})).isFalse();
    await().until(() -> leases.run("dead", () -> {}));
  }

  @Test
  void shouldRenewALeaseWhileItsWorkRuns() {
    String until = "select until::text from work_lease where name = 'long'";
    owner(Duration.ofMillis(600))
        .run(
            "long",
            () -> {
              String before = sql.first(until, row -> row.getString(1)).orElseThrow();
              await()
                  .until(
                      () ->
                          !sql.first(until, row -> row.getString(1)).orElseThrow().equals(before));
            });
  }

  @Test
  void shouldRefuseALeaseTooShortToRenew() {
    assertThatIllegalArgumentException().isThrownBy(() -> owner(Duration.ofMillis(2)));
  }

  private LeaseManager owner(Duration duration) {
    return new LeaseManager(sql, "owner", duration);
  }
}

package dev.whetstone.curation.join;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Feedback with a publishable key: anyone can name any end user. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ClaimedEndUserTest {
  private static final Instant AT = TestClock.START;

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject ReceiptRepository receipts;
  @Inject Sql sql;
  @Inject MutableClock clock;
  private TestEvents send;

  @BeforeEach
  void declareALoop(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    send = TestEvents.of(test);
    feed.declare(send.declared(""));
  }

  @Test
  void shouldQuarantineThumbsOfEndUsersWhoDidNotGetTheAnswer() {
    List<Event<?>> events = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      events.add(interaction(i, "u-" + i));
      events.add(
          TestEvents.claimed(
              send.thumb("down-" + i, "r" + i, "made-up-" + i, AT.plusSeconds(i), false), "one"));
    }
    feed.take(events);

    assertThat(receipts.counts(send.loop()))
        .as("99 or more of 100; training has none of them")
        .isEqualTo(Map.of(Fate.QUARANTINED, 200L));
    assertThat(standing("down-7").reason()).isEqualTo("foreign-end-user");
    assertThat(standing("down-7").detail()).contains("another end user than the one who got");
  }

  @Test
  void shouldTakeAThumbOfTheEndUserWhoGotTheAnswer() {
    feed.take(
        interaction(1, "ada"),
        TestEvents.claimed(send.thumb("own", "r1", "ada", AT.plusSeconds(1), false), "home"),
        interaction(2, null),
        TestEvents.claimed(send.thumb("any", "r2", "bob", AT.plusSeconds(1), false), "home"));

    assertThat(standing("own").fate()).isEqualTo(Fate.READY);
    assertThat(standing("any").fate()).as("nothing to compare with").isEqualTo(Fate.READY);
  }

  @Test
  void shouldNotLetABrowserReplaceTheEndUsersOwnCorrection() {
    feed.take(
        interaction(1, "ada"),
        send.correction("own", "r1", "ada", AT.plusSeconds(1), TestTexts.goodAnswer(1)));
    feed.take(
        TestEvents.claimed(send.thumb("as-ada", "r1", "ada", AT.plusSeconds(9), true), "elsewhere"),
        TestEvents.claimed(
            send.thumb("as-eve", "r1", "eve", AT.plusSeconds(9), true), "elsewhere"));

    assertThat(standing("own").fate()).isEqualTo(Fate.READY);
    assertThat(standing("as-ada").reason()).isEqualTo("superseded");
    assertThat(standing("as-ada").detail()).contains("by a secret key counts: own");
    assertThat(standing("as-eve").reason()).isEqualTo("foreign-end-user");
  }

  @Test
  void shouldForgetTheConnectionWithTheEndUser() {
    feed.take(
        interaction(1, "ada"),
        TestEvents.claimed(send.thumb("own", "r1", "ada", AT.plusSeconds(1), false), "home"));
    assertThat(connections()).containsExactly("home");

    feed.take(send.erasure("erase-" + send.loop().loop(), "ada", null, AT.plusSeconds(60)));
    reconciler.reconcile();

    assertThat(connections()).isEmpty();
  }

  private List<String> connections() {
    return sql.query(
        "select connection from event where loop = ? and connection is not null",
        row -> row.getString(1),
        send.loop().loop());
  }

  private Event<?> interaction(int i, String endUser) {
    return send.interaction(
        "r" + i, null, endUser, AT, TestTexts.question(i), TestTexts.badAnswer(i));
  }

  private EventStanding standing(String id) {
    return receipts.byId(send.loop(), id).getFirst().standing();
  }
}

package dev.whetstone.curation.cut;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.example.ExampleFeatureRepository;
import dev.whetstone.curation.example.ExampleFeatureRepository.Feature;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Features are recorded once per example and end with it. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class CutFeatureStoreTest {
  private static final Instant AT = TestClock.START;
  private static final Instant WATERMARK = AT.plusSeconds(1000);
  private static final int EVENTS = 60;

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject ExampleRepository examples;
  @Inject ExampleFeatureRepository features;
  @Inject Sql sql;
  @Inject MutableClock clock;
  private TestEvents send;

  @BeforeEach
  void declareALoop(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    send = TestEvents.of(test);
  }

  @Test
  void shouldRecordFeaturesOfEveryExampleThatACutKeeps() {
    seal();

    assertThat(rowsWithFeatures("used")).isEqualTo(rows("used")).isPositive();
  }

  @Test
  void shouldReplaceFeaturesOfAnOldVersion() {
    seal();
    sql.updateInNewTransaction("update example_feature set version = '0', value = ''::bytea");

    feed.take(corrections(EVENTS));
    clock.advance(Duration.ofMinutes(2));
    reconciler.reconcile();

    assertThat(versions()).containsExactly("1");
  }

  @Test
  void shouldDeleteFeaturesOfAnErasedExampleInASealedBatch() {
    seal();
    feed.take(send.erasure("era-" + send.loop().loop(), "user3", null, WATERMARK));
    reconciler.reconcile();

    assertThat(rows("erased")).isPositive();
    assertThat(rowsWithFeatures("erased")).isZero();
  }

  @Test
  void shouldDeleteFeaturesOfAnErasedExampleThatWaits() {
    considerWithoutSealing();
    long before = featuresOfEvent("f3");
    feed.take(send.erasure("era-" + send.loop().loop(), "user3", null, WATERMARK));
    reconciler.reconcile();

    assertThat(before).isPositive();
    assertThat(featuresOfEvent("f3")).isZero();
  }

  @Test
  void shouldDeleteFeaturesWithTheExamplesRetention() {
    considerWithoutSealing();
    assertThat(rowsWithFeatures("ready")).isPositive();
    clock.advance(Duration.ofDays(4000));
    reconciler.reconcile();

    assertThat(rows("rejected")).isPositive();
    assertThat(rowsWithFeatures("rejected")).isZero();
  }

  @Test
  void shouldRecordNothingForAnExampleErasedMeanwhile() {
    seal();
    feed.take(send.erasure("era-" + send.loop().loop(), "user3", null, WATERMARK));
    reconciler.reconcile();
    List<Feature> late =
        examples.in(send.loop(), ExampleState.ERASED).stream()
            .map(row -> new Feature(row.rowId(), "compared-text", "1", new byte[] {1}))
            .toList();

    QuarkusTransaction.requiringNew().run(() -> features.record(late));

    assertThat(late).isNotEmpty();
    assertThat(rowsWithFeatures("erased")).isZero();
  }

  private void seal() {
    feed.declare(send.declared(""));
    feed.take(corrections(0));
    reconciler.reconcile();
    assertThat(rows("used")).isPositive();
  }

  /** The chain runs over a quiet loop although too few examples are left for a batch. */
  private void considerWithoutSealing() {
    feed.declare(send.declared("", 1, file -> file.replace("minExamples: 10", "minExamples: 500")));
    feed.take(corrections(0));
    clock.advance(Duration.ofMinutes(1));
    reconciler.reconcile();
  }

  private List<Event<?>> corrections(int from) {
    List<Event<?>> events = new ArrayList<>();
    for (int i = from; i < from + EVENTS; i++) {
      Instant then = AT.plusSeconds(i);
      String user = "user" + i;
      events.add(
          send.interaction(
              "r" + i, "c" + i, user, then, TestTexts.question(i), TestTexts.badAnswer(i)));
      events.add(send.correction("f" + i, "r" + i, user, then, TestTexts.goodAnswer(i)));
    }
    return events;
  }

  private long rows(String state) {
    return count("select count(*) from example where loop = ? and state = ?", state);
  }

  private long rowsWithFeatures(String state) {
    return count(
        """
        select count(distinct row_id) from example_feature join example using (row_id)
        where loop = ? and state = ?
        """,
        state);
  }

  private long featuresOfEvent(String id) {
    return count(
        """
        select count(*) from example_feature join example_event using (row_id)
          join event using (event_key)
        where loop = ? and id = ?
        """,
        id);
  }

  private long count(String query, String argument) {
    return sql.query(query, row -> row.getLong(1), send.loop().loop(), argument).getFirst();
  }

  private List<String> versions() {
    return sql.query(
        """
        select distinct f.version from example_feature f join example e using (row_id) where e.loop = ?
        """,
        row -> row.getString(1),
        send.loop().loop());
  }
}

package dev.whetstone.curation.cut;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.contracts.loop.LoopState;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.FaultyObjectStore;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** The result of a seal request is shown to the person who made it. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class SealRequestTest {
  private static final Instant AT = TestClock.START;

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
  @Inject BatchRepository batches;
  @Inject FaultyObjectStore store;
  @Inject MutableClock clock;
  private TestEvents send;

  @BeforeEach
  void declareALoop(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    send = TestEvents.of(test);
    feed.declare(send.declared("", 1, file -> file.replace("minExamples: 10", "minExamples: 500")));
  }

  @AfterEach
  void heal() {
    store.heal();
  }

  /** Copies from many people are one example. */
  @Test
  void shouldExplainWhyASealRequestSealedNothing() {
    List<Event<?>> events = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      events.addAll(correction(i, 1));
    }
    feed.take(events);
    ask().statusCode(202);

    reconciler.reconcile();

    status()
        .body("batches.size()", equalTo(0))
        .body("conditions[1].status", equalTo("False"))
        .body("conditions[1].reason", equalTo("NotEnough"))
        .body("conditions[1].message", containsString("a seal was requested, but "))
        .body("conditions[1].message", containsString("duplicate "));
    events.clear();
    for (int i = 60; i < 120; i++) {
      events.addAll(correction(i, i));
    }
    feed.take(events);
    ask().statusCode(202);
    reconciler.reconcile();
    status().body("batches.size()", equalTo(1)).body("conditions[1].status", equalTo("True"));
  }

  /** Examples in an open cut do not count for another batch. */
  @Test
  void shouldNotCountWhatIsBeingSealed() {
    List<Event<?>> events = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      events.addAll(correction(i, i));
    }
    feed.take(events);
    ask().statusCode(202);
    store.failAfter(0);
    reconciler.reconcile();

    ask().statusCode(409).body("code", equalTo("not-enough-examples"));

    store.heal();
    reconciler.reconcile();
    assertThat(QuarkusTransaction.requiringNew().call(() -> batches.all(send.loop()))).hasSize(1);
  }

  @Test
  void shouldSealNothingWhileTheLoopIsPaused() {
    List<Event<?>> events = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      events.addAll(correction(i, i));
    }
    feed.take(events);
    ask().statusCode(202);
    Event<LoopDeclared> declared =
        send.declared("", 2, file -> file.replace("minExamples: 10", "minExamples: 500"));
    feed.declare(send.inState(declared, LoopState.PAUSED, 2));

    reconciler.reconcile();

    status().body("batches.size()", equalTo(0));
    ask().statusCode(409).body("code", equalTo("loop-paused"));
    feed.declare(send.inState(declared, LoopState.ACTIVE, 3));
    reconciler.reconcile();
    status().body("batches.size()", equalTo(1));
  }

  private List<Event<?>> correction(int i, int words) {
    Instant then = AT.plusSeconds(i);
    String user = "user" + i;
    String question = TestTexts.question(words);
    return List.of(
        send.interaction("r" + i, "c" + i, user, then, question, TestTexts.badAnswer(words)),
        send.correction("f" + i, "r" + i, user, then, TestTexts.goodAnswer(words)));
  }

  private ValidatableResponse ask() {
    return operator().post("/v1/loops/" + send.loop().loop() + "/seal").then();
  }

  private ValidatableResponse status() {
    return operator().get("/v1/loops/" + send.loop().loop() + "/status").then().statusCode(200);
  }

  private static RequestSpecification operator() {
    return given().header("Authorization", TestKeys.ACME.bearer());
  }
}

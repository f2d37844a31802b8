package dev.whetstone.curation.status;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.curation.reconcile.CurationReconciler;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Every list is answered by pages. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ListPageTest {
  @TestHTTPResource(value = "/", management = true)
  URI management;

  private static final Instant AT = TestClock.START;

  @Inject EventFeed feed;
  @Inject CurationReconciler reconciler;
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
  void shouldListBatchesByPages() {
    feed.take(corrections(0, 60));
    reconciler.reconcile();
    feed.take(corrections(60, 60));
    reconciler.reconcile();
    reconciler.reconcile();

    List<List<Integer>> pages = pages("batches?limit=1", "sequence");

    assertThat(pages).containsExactly(List.of(1), List.of(2));
  }

  @Test
  void shouldListQuarantinedExamplesByPages() {
    feed.take(corrections(0, 3));
    QuarkusTransaction.requiringNew()
        .run(
            () ->
                sql.update(
                    "update example set state = 'quarantined', reason = 'burst' where loop = ?",
                    send.loop().loop()));

    List<List<String>> pages = pages("quarantine?limit=4", "exampleId");

    assertThat(pages).hasSize(2);
    assertThat(pages.getFirst()).hasSize(4);
    assertThat(pages.stream().flatMap(List::stream)).hasSize(6).doesNotHaveDuplicates();
  }

  @Test
  void shouldListTheFeedbackOnAnAnswerByPages() {
    List<Event<?>> events = new ArrayList<>(corrections(0, 1));
    for (int i = 0; i < 9; i++) {
      events.add(send.thumb("t" + i, "r0", "other" + i, AT, true));
    }
    feed.take(events);

    List<List<String>> pages = pages("responses/r0?limit=4", "feedback.id");

    assertThat(pages.stream().flatMap(List::stream)).hasSize(10).doesNotHaveDuplicates();
    assertThat(pages).hasSize(3);
  }

  @Test
  void shouldRefuseALimitOrCursorThatMakesNoSense() {
    get("batches?limit=0").then().statusCode(400).body("code", equalTo("invalid-limit"));
    get("quarantine?limit=1001").then().statusCode(400).body("code", equalTo("invalid-limit"));
    get("batches?after=x").then().statusCode(400).body("code", equalTo("invalid-cursor"));
    get("quarantine?after=x_y").then().statusCode(400).body("code", equalTo("invalid-cursor"));
  }

  @Test
  void shouldDocumentPagesInTheOpenApi() {
    given()
        .get(management.resolve("/q/openapi"))
        .then()
        .statusCode(200)
        .body(containsString("rel=next"));
  }

  private <T> List<List<T>> pages(String path, String field) {
    List<List<T>> pages = new ArrayList<>();
    Response page = get(path);
    while (page != null) {
      pages.add(page.then().statusCode(200).extract().jsonPath().getList(field));
      page = next(page);
    }
    return pages;
  }

  private static @Nullable Response next(Response page) {
    String link = page.getHeader("Link");
    if (link == null) {
      return null;
    }
    assertThat(link).contains("rel=\"next\"");
    String url = link.substring(link.indexOf('<') + 1, link.indexOf('>'));
    return given()
        .urlEncodingEnabled(false)
        .header("Authorization", TestKeys.ACME.bearer())
        .get(url);
  }

  private Response get(String path) {
    return given()
        .header("Authorization", TestKeys.ACME.bearer())
        .get("/v1/loops/" + send.loop().loop() + "/" + path);
  }

  private List<Event<?>> corrections(int from, int n) {
    List<Event<?>> events = new ArrayList<>();
    for (int i = from; i < from + n; i++) {
      Instant then = AT.plusSeconds(i);
      String user = "user" + i;
      events.add(
          send.interaction(
              "r" + i, "c" + i, user, then, TestTexts.question(i), TestTexts.badAnswer(i)));
      events.add(send.correction("f" + i, "r" + i, user, then, TestTexts.goodAnswer(i)));
    }
    return events;
  }
}

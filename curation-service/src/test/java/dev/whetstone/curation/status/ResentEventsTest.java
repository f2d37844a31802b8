package dev.whetstone.curation.status;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;

import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.feedback.FeedbackKind;
import dev.whetstone.curation.EventFeed;
import dev.whetstone.curation.TestClock;
import dev.whetstone.curation.TestEvents;
import dev.whetstone.curation.TestTexts;
import dev.whetstone.kit.time.MutableClock;
import dev.whetstone.testing.InfrastructureResource;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What the fate of an event tells that its receipt cannot know. */
@QuarkusTest
@WithTestResource(InfrastructureResource.class)
class ResentEventsTest {
  private static final Instant AT = TestClock.START;

  @Inject EventFeed feed;
  @Inject MutableClock clock;
  private TestEvents send;
  private String loop;

  @BeforeEach
  void declareALoop(TestInfo test) {
    clock.set(AT.plusSeconds(3600));
    send = TestEvents.of(test);
    loop = "/v1/loops/" + send.loop().loop();
    feed.declare(send.declared(""));
    feed.take(
        send.interaction("r1", null, "ada", AT, TestTexts.question(1), TestTexts.badAnswer(1)));
  }

  @Test
  void shouldTellAnIdConflictInTheFateAndInTheCounts() {
    feed.take(send.thumb("f1", "r1", "ada", AT.plusSeconds(1), true));
    feed.take(
        send.thumb("f1", "r1", "ada", AT.plusSeconds(2), false),
        send.thumb("f1", "r1", "ada", AT.plusSeconds(2), false));

    fate("f1")
        .body("fate", equalTo("ready"))
        .body("conflicts", hasSize(1))
        .body("conflicts[0].reason", equalTo("id-conflict"))
        .body("conflicts[0].times", equalTo(2))
        .body("conflicts[0].bodySha256", matchesPattern("[0-9a-f]{64}"))
        .body("conflicts[0].standingBodySha256", matchesPattern("[0-9a-f]{64}"))
        .body("notes[0]", containsString("id-conflict: another body (sha256 "))
        .body("notes[0]", containsString("arrived under this id 2 times"))
        .body("notes[0]", containsString("Send changed feedback under a new id"));
    counts().body("total", equalTo(2)).body("id_conflicts", equalTo(2));
    get("/status").body("funnel.'id-conflict'", equalTo(2));
  }

  @Test
  void shouldTellThatTheSameContentWasKnownAlready() {
    Event<FeedbackGiven> up = send.thumb("f1", "r1", "ada", AT.plusSeconds(1), true);
    feed.take(up);
    fate("f1").body("notes", nullValue());

    feed.take(at(up, AT.plusSeconds(5)));
    feed.take(at(up, AT.plusSeconds(9)), at(up, AT.plusSeconds(9)));

    fate("f1")
        .body("notes", hasSize(1))
        .body("notes[0]", containsString("known already since " + AT.plusSeconds(1)))
        .body("notes[0]", containsString("3 times, last at " + AT.plusSeconds(9)))
        .body("conflicts", nullValue());
    counts().body("repeats", equalTo(3)).body("id_conflicts", equalTo(0));
  }

  @Test
  void shouldNotCountARecordThatTheBrokerDeliversAgain() {
    Event<FeedbackGiven> up = send.thumb("f1", "r1", "ada", AT.plusSeconds(1), true);
    var poll =
        List.of(
            EventFeed.polled(up),
            EventFeed.polled(at(up, AT.plusSeconds(5))),
            EventFeed.polled(send.thumb("f1", "r1", "ada", AT.plusSeconds(7), false)));
    feed.takePolled(poll);
    feed.takePolled(poll);
    feed.takePolled(poll.subList(0, 2));

    counts().body("repeats", equalTo(1)).body("id_conflicts", equalTo(1));
  }

  @Test
  void shouldTellATieAsATie() {
    feed.take(
        send.thumb("a", "r1", "ada", AT.plusSeconds(1), true),
        send.thumb("b", "r1", "ada", AT.plusSeconds(1), false));

    fate("a")
        .body("fate", equalTo("rejected"))
        .body("reason", equalTo("tie"))
        .body(
            "detail", containsString("at the same time: b; of these, the one with the greater id"));
    fate("b").body("fate", equalTo("ready"));
  }

  @Test
  void shouldTellThatAReplacementOrRetractionHasNoEffect() {
    feed.take(
        send.thumb("of-ada", "r1", "ada", AT.plusSeconds(1), true),
        supersedes("foreign", "of-ada"),
        supersedes("unknown", "never-sent"));
    feed.take(send.retraction("x1", "of-ada", "r1", "ada", AT.plusSeconds(8)));
    feed.take(send.retraction("x2", "of-ada", "r1", "ada", AT.plusSeconds(9)));
    feed.take(send.retraction("x3", "foreign", "r1", "ada", AT.plusSeconds(9)));

    fate("foreign")
        .body(
            "notes[0]",
            equalTo(
                "supersedes 'of-ada' has no effect: only feedback of the same source and end user can be replaced"));
    fate("unknown")
        .body(
            "notes[0]",
            equalTo(
                "supersedes 'never-sent' has no effect so far: source support-app has sent no event with this id"));
    fate("x1").body("detail", equalTo("retracted of-ada"));
    fate("x2").body("detail", equalTo("changed nothing: of-ada was already withdrawn"));
    fate("x3").body("fate", equalTo("rejected")).body("reason", equalTo("other-end-user"));
  }

  @Test
  void shouldSayNothingMoreOfAReplacementThatTookPlace() {
    feed.take(send.thumb("first", "r1", "eve", AT.plusSeconds(1), true));
    feed.take(supersedes("second", "first"));

    fate("first").body("fate", equalTo("withdrawn")).body("detail", equalTo("replaced by second"));
    fate("second").body("notes", nullValue());
  }

  private Event<FeedbackGiven> supersedes(String id, String earlier) {
    return send.feedback(
        id, "r1", FeedbackKind.THUMB, false, null, "eve", earlier, AT.plusSeconds(4));
  }

  /** The same event in another request. */
  private Event<FeedbackGiven> at(Event<FeedbackGiven> event, Instant received) {
    return send.event(
        event.attributes().id(), received, event.attributes().partitionKey(), event.data());
  }

  private ValidatableResponse fate(String id) {
    return get("/fates/support-app/" + id);
  }

  private ValidatableResponse counts() {
    return get("/fates/counts");
  }

  private ValidatableResponse get(String path) {
    return given()
        .header("Authorization", TestKeys.ACME.bearer())
        .get(loop + path)
        .then()
        .statusCode(200);
  }
}

package dev.whetstone.curation;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.envelope.Event;
import dev.whetstone.contracts.envelope.EventAttributes;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.envelope.SenderStamp;
import dev.whetstone.contracts.event.EndUserErased;
import dev.whetstone.contracts.event.EventData;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.contracts.event.InteractionRecorded;
import dev.whetstone.contracts.event.LoopDeclared;
import dev.whetstone.contracts.feedback.FeedbackKind;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.LoopState;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.LoopFileReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInfo;

/** Events of one loop, as ingest would send them. */
public record TestEvents(LoopId loop, String source) {
  public static final String APP = "support-app";
  private static final int LONGEST_NAME = 60;

  /** Senders to a loop that is named after the test, so that tests do not meet. */
  public static TestEvents of(TestInfo test) {
    String name = test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT);
    return of("acme", name.substring(0, Math.min(name.length(), LONGEST_NAME)));
  }

  public static TestEvents of(String tenant, String loop) {
    return new TestEvents(new LoopId(tenant, loop), APP);
  }

  public TestEvents as(String otherSource) {
    return new TestEvents(loop, otherSource);
  }

  public Event<LoopDeclared> declared(String curation) {
    return declared(curation, 1);
  }

  /** A loop that wants few examples; {@code curation} is put below {@code spec.curation}. */
  public Event<LoopDeclared> declared(String curation, long revision) {
    return declared(curation, revision, file -> file);
  }

  /** The same after an edit of the loop's file. */
  public Event<LoopDeclared> declared(String curation, long revision, UnaryOperator<String> edit) {
    String file =
        """
        apiVersion: whetstone.dev/v1
        kind: Loop
        metadata: {tenant: %s, name: %s}
        spec:
          baseModel: {uri: "hf://org/base"}
          consent: {default: allow}
          serving: {endpoint: "http://127.0.0.1:1"}
          evaluation:
            gates:
              - {role: FRESH, minItems: 10}
          curation:
            maxClusterShare: 1
            languages: []
            seal: {minExamples: 10, expectedEffect: 0.9}
        %s
        """
            .formatted(loop.tenant(), loop.loop(), curation.indent(4));
    var declaration =
        LoopFileReader.read(
            edit.apply(file).getBytes(StandardCharsets.UTF_8), loop.loop() + ".yaml", null);
    return declared(declaration.spec(), revision);
  }

  /** A declaration as eval publishes it, without the checks of loop files. */
  public Event<LoopDeclared> declared(LoopSpec spec, long revision) {
    return event(
        "loop-" + loop.loop() + "-" + revision,
        TestClock.START,
        loop.key(),
        new LoopDeclared(spec, ContentDigests.sha256(Json.canonical(spec)), revision));
  }

  /** The same declaration in another state. */
  public Event<LoopDeclared> inState(Event<LoopDeclared> declared, LoopState state, long revision) {
    return event(
        "loop-" + loop.loop() + "-" + state + "-" + revision,
        TestClock.START,
        loop.key(),
        new LoopDeclared(declared.data().spec(), declared.data().specSha256(), revision, state));
  }

  public Event<InteractionRecorded> interaction(
      String response,
      @Nullable String conversation,
      @Nullable String endUser,
      Instant at,
      String question,
      String answer) {
    return event(
        "int-" + response,
        at,
        key(response),
        new InteractionRecorded(
            response,
            own(conversation),
            InteractionRecorded.Request.of(List.of(ChatMessage.user(question))),
            new InteractionRecorded.Response(ChatMessage.assistant(answer), "stop", 0),
            null,
            null,
            own(endUser),
            null,
            null,
            List.of(),
            at));
  }

  /**
   * A person or conversation of this loop only: an erasure covers all loops of a tenant, and other
   * tests have loops of the same tenant.
   */
  public @Nullable String own(@Nullable String name) {
    return name == null ? null : name + "@" + loop.loop();
  }

  public Event<FeedbackGiven> correction(
      String id, String response, @Nullable String endUser, Instant at, String corrected) {
    return feedback(id, response, FeedbackKind.CORRECTION, null, corrected, endUser, null, at);
  }

  public Event<FeedbackGiven> thumb(
      String id, String response, @Nullable String endUser, Instant at, boolean up) {
    return feedback(id, response, FeedbackKind.THUMB, up, null, endUser, null, at);
  }

  public Event<FeedbackGiven> feedback(
      String id,
      String response,
      FeedbackKind kind,
      @Nullable Object value,
      @Nullable String corrected,
      @Nullable String endUser,
      @Nullable String supersedes,
      Instant at) {
    return event(
        id,
        at,
        key(response),
        new FeedbackGiven(
            response,
            null,
            kind,
            null,
            value,
            null,
            corrected,
            null,
            null,
            null,
            null,
            null,
            own(endUser),
            kind == FeedbackKind.COMMENT ? "a comment" : null,
            supersedes,
            null,
            List.of(),
            at));
  }

  public Event<FeedbackRetracted> retraction(
      String id,
      String feedbackId,
      @Nullable String response,
      @Nullable String endUser,
      Instant at) {
    return event(
        id,
        at,
        key(String.valueOf(response)),
        new FeedbackRetracted(source, feedbackId, response, own(endUser)));
  }

  public Event<EndUserErased> erasure(
      String id, @Nullable String endUser, @Nullable String conversation, Instant at) {
    return event(id, at, id, new EndUserErased(id, own(endUser), own(conversation), at));
  }

  /** The same event as a browser sends it, with a publishable key. */
  public static <D extends EventData> Event<D> claimed(Event<D> event, String connection) {
    EventAttributes from = event.attributes();
    return new Event<>(
        new EventAttributes(
            from.id(),
            from.source(),
            from.type(),
            from.time(),
            from.subject(),
            from.loop(),
            from.partitionKey(),
            null,
            new SenderStamp("web", true, connection)),
        event.data());
  }

  public <D extends EventData> Event<D> event(String id, Instant at, String partitionKey, D data) {
    return new Event<>(
        new EventAttributes(id, source, EventType.of(data), at, null, loop, partitionKey, null),
        data);
  }

  private String key(String response) {
    return loop.key() + "/" + response;
  }
}

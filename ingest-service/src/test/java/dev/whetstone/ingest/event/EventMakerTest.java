package dev.whetstone.ingest.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.FeedbackContent;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.InputLimits;
import dev.whetstone.ingest.item.ItemReader;
import dev.whetstone.ingest.item.OccurrenceTimeRule;
import dev.whetstone.kit.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class EventMakerTest {
  private static final InputLimits LIMITS = InputLimits.standard();
  private static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");
  private static final EventMaker MAKER =
      new EventMaker(LIMITS, new ItemReader(LIMITS), OccurrenceTimeRule.standard());
  private static final LoopId LOOP = new LoopId("acme", "support");
  private static final Sender APP = new Sender("acme", "app", false);
  private static final Map<EventType, Schema> SCHEMAS =
      Map.of(
          EventType.FEEDBACK_GIVEN, schema(EventType.FEEDBACK_GIVEN),
          EventType.INTERACTION_RECORDED, schema(EventType.INTERACTION_RECORDED));

  @Property(tries = 500)
  @Label("I2: a derived id depends on what is said, not on how it is written or when it came")
  void shouldDeriveTheSameIdWhateverTheOrderOfFields(
      @ForAll("feedback") Map<String, Object> item, @ForAll Random order) {
    PreparedEvent first = make(APP, item, NOW);
    PreparedEvent again = make(APP, shuffled(item, order), NOW.plusSeconds(9));

    assertThat(again.attributes().id()).isEqualTo(first.attributes().id());
    assertThat(again.data()).isEqualTo(first.data());
    assertThat(first.attributes().id()).matches("d-[0-9a-f]{32}");
  }

  @Property(tries = 500)
  @Label("I2: other content, another end user, time or source is another event")
  void shouldDeriveAnotherIdForAnythingElse(
      @ForAll("feedback") Map<String, Object> one, @ForAll("feedback") Map<String, Object> other) {
    String id = make(APP, one, NOW).attributes().id();

    assertThat(make(APP, other, NOW).attributes().id().equals(id)).isEqualTo(one.equals(other));
    Sender another = new Sender("acme", "another", false);
    assertThat(make(another, one, NOW).attributes().id()).isNotEqualTo(id);
  }

  @Property(tries = 500)
  void shouldOnlyMakeEventsThatTheContractAllows(@ForAll("feedback") Map<String, Object> item) {
    PreparedEvent event = make(APP, item, NOW);

    assertFitsItsSchema(event);
    FeedbackGiven given = Json.read(event.data(), FeedbackGiven.class);
    assertThat(FeedbackContent.of(given)).isNotNull();
    assertThat(event.attributes().partitionKey()).startsWith("acme/support/");
    assertThat(event.attributes().partitionKey().split("/", -1)).hasSize(3);
  }

  @Property(tries = 1500)
  void shouldTurnAnyTreeIntoAnEventOrAFault(
      @ForAll("anything") Object item, @ForAll boolean interaction) {
    EventType type = interaction ? EventType.INTERACTION_RECORDED : EventType.FEEDBACK_GIVEN;
    try {
      JsonNode tree = Json.mapper().valueToTree(item);
      assertFitsItsSchema(MAKER.read(APP, LOOP, type, ItemReader.id(tree), tree, NOW, null));
    } catch (Fault fault) {
      assertThat(fault.code().status()).isIn(413, 422);
      assertThat(fault.pointer()).isNotNull();
    }
  }

  @Property(tries = 1500)
  void shouldTurnAnInteractionWithAnyFieldReplacedIntoAnEventOrAFault(
      @ForAll("interactions") Map<String, Object> item) {
    JsonNode tree = Json.mapper().valueToTree(item);
    try {
      assertFitsItsSchema(
          MAKER.read(APP, LOOP, EventType.INTERACTION_RECORDED, null, tree, NOW, null));
    } catch (Fault fault) {
      assertThat(fault.code().status()).isEqualTo(422);
      assertThat(fault.pointer()).isNotNull();
    }
  }

  private static void assertFitsItsSchema(PreparedEvent event) {
    String json = new String(event.data(), StandardCharsets.UTF_8);
    assertThat(SCHEMAS.get(event.attributes().type()).validate(json, InputFormat.JSON)).isEmpty();
  }

  @Example
  void shouldUseResponseElseConversationElseOwnIdAsKey() {
    assertThat(
            key(Map.of("kind", "thumb", "value", true, "responseId", "r", "conversationId", "c")))
        .isEqualTo("acme/support/r");
    assertThat(key(Map.of("kind", "thumb", "value", true, "conversationId", "c")))
        .isEqualTo("acme/support/c");
    Map<String, Object> demonstration =
        Map.of(
            "kind", "demonstration",
            "request", Map.of("messages", List.of(Map.of("role", "user", "content", "q"))),
            "response", Map.of("role", "assistant", "content", "a"));
    assertThat(key(demonstration))
        .isEqualTo("acme/support/" + make(APP, demonstration, NOW).attributes().id());
  }

  @Provide
  Arbitrary<Map<String, Object>> feedback() {
    Arbitrary<String> ids = Arbitraries.of("r-1", "r-2", "chatcmpl-9");
    Arbitrary<Map<String, Object>> contents =
        Arbitraries.oneOf(
            Arbitraries.of(true, false).map(up -> Map.of("kind", "thumb", "value", up)),
            texts().map(text -> Map.of("kind", "correction", "correctedOutput", text)),
            texts().map(text -> Map.of("kind", "comment", "rationale", text)),
            Arbitraries.integers()
                .between(1, 5)
                .map(
                    stars ->
                        Map.of(
                            "kind", "rating", "value", stars, "scale", Map.of("min", 1, "max", 5))),
            texts()
                .map(
                    text ->
                        Map.of(
                            "kind", "preference",
                            "chosen", Map.of("role", "assistant", "content", text),
                            "rejected", Map.of("role", "assistant", "content", "no"))));
    return Combinators.combine(
            ids, contents, Arbitraries.of("u-1", "u-2"), Arbitraries.of("1", "2", "3"))
        .as(
            (id, content, user, day) -> {
              Map<String, Object> item = new LinkedHashMap<>(content);
              item.put("responseId", id);
              item.put("endUser", user);
              item.put("occurredAt", "2026-11-0" + day + "T00:00:00Z");
              return item;
            });
  }

  /** A whole interaction in which one field holds anything. */
  @Provide
  Arbitrary<Map<String, Object>> interactions() {
    Map<String, Object> message = Map.of("role", "assistant", "content", "a");
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("responseId", "r-1");
    whole.put("conversationId", "c-1");
    whole.put("request", Map.of("messages", List.of(Map.of("role", "user", "content", "q"))));
    whole.put("response", Map.of("message", message, "finishReason", "stop"));
    whole.put("model", Map.of("base", "b", "propensity", 0.5));
    whole.put("chatTemplateSha256", "c".repeat(64));
    whole.put("endUser", "u-1");
    whole.put("consent", Map.of("training", true));
    whole.put("usage", Map.of("total_tokens", 7));
    whole.put("tags", List.of("t"));
    whole.put("occurredAt", "2026-11-01T00:00:00Z");
    Arbitrary<Object> values =
        Arbitraries.oneOf(
            anything(),
            Arbitraries.of("c".repeat(64), "C".repeat(64), "c".repeat(63), "2026-11-01T00:00:00Z"));
    return Combinators.combine(Arbitraries.of(whole.keySet()), values)
        .as(
            (name, value) -> {
              Map<String, Object> item = new LinkedHashMap<>(whole);
              item.put(name, value);
              return item;
            });
  }

  @Provide
  Arbitrary<Object> anything() {
    Arbitrary<String> names =
        Arbitraries.of(
            "id",
            "kind",
            "responseId",
            "value",
            "scale",
            "min",
            "max",
            "chosen",
            "rejected",
            "request",
            "messages",
            "role",
            "content",
            "tags",
            "consent",
            "training",
            "occurredAt",
            "rationale",
            "name",
            "endUser",
            "tool_calls",
            "function",
            "x");
    Arbitrary<Object> leaves =
        Arbitraries.oneOf(
            Arbitraries.of(
                "thumb", "comment", "outcome", "user", "assistant", "r-1", "a/b", "", "\u0000"),
            Arbitraries.of(true, false, 1, 0.5, -3, 1e300).map(value -> value),
            Arbitraries.strings().ofMaxLength(5).map(text -> text));
    return Arbitraries.recursive(
        () -> leaves,
        inner ->
            Arbitraries.oneOf(
                inner.list().ofMaxSize(3).map(list -> list),
                Arbitraries.maps(names, inner).ofMaxSize(6).map(map -> map)),
        0,
        3);
  }

  private static Arbitrary<String> texts() {
    return Arbitraries.strings()
        .withChars("abc äß€👍 \n\"\\")
        .ofMinLength(1)
        .ofMaxLength(30)
        .map(
            text ->
                "x"
                    + text.codePoints()
                        .filter(c -> !(c >= 0xD800 && c <= 0xDFFF))
                        .collect(
                            StringBuilder::new,
                            StringBuilder::appendCodePoint,
                            StringBuilder::append));
  }

  private static String key(Map<String, Object> item) {
    return make(APP, item, NOW).attributes().partitionKey();
  }

  private static PreparedEvent make(Sender sender, Map<String, Object> item, Instant receivedAt) {
    JsonNode tree = Json.mapper().valueToTree(item);
    return MAKER.read(sender, LOOP, EventType.FEEDBACK_GIVEN, null, tree, receivedAt, null);
  }

  private static Map<String, Object> shuffled(Map<String, Object> item, Random order) {
    List<String> names = new ArrayList<>(item.keySet());
    Collections.shuffle(names, order);
    Map<String, Object> result = new LinkedHashMap<>();
    names.forEach(name -> result.put(name, item.get(name)));
    return result;
  }

  private static Schema schema(EventType type) {
    try (InputStream in = EventType.class.getResourceAsStream(type.schemaResource())) {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(new String(in.readAllBytes(), StandardCharsets.UTF_8), InputFormat.JSON);
    } catch (IOException e) {
      throw new AssertionError("the contract's schema is on the class path", e);
    }
  }
}

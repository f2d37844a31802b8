package dev.whetstone.ingest.rest;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.ingest.event.EventMaker;
import dev.whetstone.ingest.event.Sender;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.InputLimits;
import dev.whetstone.ingest.item.ItemReader;
import dev.whetstone.ingest.item.OccurrenceTimeRule;
import dev.whetstone.kit.json.Json;
import java.time.Instant;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class UrlParametersTest {
  private static final InputLimits LIMITS = InputLimits.standard();
  private static final EventMaker EVENTS =
      new EventMaker(LIMITS, new ItemReader(LIMITS), OccurrenceTimeRule.standard());
  private static final LoopId LOOP = new LoopId("acme", "support");
  private static final Sender APP = new Sender("acme", "app", false);

  @Property(tries = 2000)
  void shouldEraseEveryEndUserThatFeedbackCanName(@ForAll("references") String reference) {
    for (String field : new String[] {"endUser", "conversationId"}) {
      if (isAccepted(field, reference)) {
        assertThatCode(() -> UrlParameterRule.requireText(field, reference))
            .doesNotThrowAnyException();
      }
    }
  }

  @Example
  void shouldRefuseControlCharactersInBothPlaces() {
    for (String reference :
        new String[] {"u\t1", "u\u00851", "u\u00801", "u\u007f1", " ", "\u2003", ".", ".."}) {
      assertThatThrownBy(() -> UrlParameterRule.requireText("endUser", reference))
          .isInstanceOf(Fault.class);
      assertThatThrownBy(() -> read("endUser", reference)).isInstanceOf(Fault.class);
      assertThatThrownBy(() -> read("conversationId", reference)).isInstanceOf(Fault.class);
    }
  }

  /** Mostly what is near the rules' edges. */
  @Provide
  Arbitrary<String> references() {
    Arbitrary<String> edges =
        Arbitraries.of(
            " ", "\t", "/", "\u007f", "\u0080", "\u0085", "\u00a0", "\u2003", "\u2028", "u");
    return Arbitraries.oneOf(
        edges.list().ofMinSize(1).ofMaxSize(4).map(list -> String.join("", list)),
        Arbitraries.strings().all().ofMaxLength(210));
  }

  private static boolean isAccepted(String field, String reference) {
    try {
      read(field, reference);
      return true;
    } catch (Fault fault) {
      return false;
    }
  }

  private static void read(String field, String reference) {
    JsonNode item =
        Json.mapper()
            .valueToTree(
                Map.of("responseId", "r-1", "kind", "thumb", "value", true, field, reference));
    var event = EVENTS.read(APP, LOOP, EventType.FEEDBACK_GIVEN, null, item, Instant.EPOCH, null);
    assertThatCode(() -> Json.read(event.data(), Map.class)).doesNotThrowAnyException();
  }
}

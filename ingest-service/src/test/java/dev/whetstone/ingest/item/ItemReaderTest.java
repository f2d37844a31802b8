package dev.whetstone.ingest.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.FeedbackRetracted;
import dev.whetstone.kit.json.Json;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ItemReaderTest {
  private final ItemReader reader = new ItemReader(InputLimits.standard());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]                                                                | WRONG_TYPE    | ``",
        "{}                                                                | MISSING_FIELD | /kind",
        "{'kind': null}                                                    | MISSING_FIELD | /kind",
        "{'kind': 1}                                                       | WRONG_TYPE    | /kind",
        "{'kind': 'THUMB', 'responseId': 'r'}                              | INVALID_VALUE | /kind",
        "{'kind': 'thumb', 'value': true}                                  | MISSING_FIELD | /responseId",
        "{'kind': 'thumb', 'responseId': 'r'}                              | MISSING_FIELD | /value",
        "{'kind': 'thumb', 'responseId': 'r', 'value': 1}                  | INVALID_VALUE | /value",
        "{'kind': 'thumb', 'responseId': 'r', 'value': 'up'}               | WRONG_TYPE    | /value",
        "{'kind': 'thumb', 'responseId': 'a/b', 'value': true}             | INVALID_VALUE | /responseId",
        "{'kind': 'thumb', 'responseId': 'a@b', 'value': true}             | INVALID_VALUE | /responseId",
        "{'kind': 'thumb', 'responseId': '', 'value': true}                | INVALID_VALUE | /responseId",
        "{'kind': 'thumb', 'conversationId': 'a b', 'value': true}         | INVALID_VALUE | /conversationId",
        "{'kind': 'rating', 'responseId': 'r', 'value': 3}                 | MISSING_FIELD | /scale",
        "{'kind': 'rating', 'responseId': 'r', 'value': 3, 'scale': {'min': 1}}           | MISSING_FIELD | /scale/max",
        "{'kind': 'rating', 'responseId': 'r', 'value': 3, 'scale': {'min': 5, 'max': 5}} | INVALID_VALUE | /scale",
        "{'kind': 'rating', 'responseId': 'r', 'value': 9, 'scale': {'min': 1, 'max': 5}} | INVALID_VALUE | /value",
        "{'kind': 'rating', 'responseId': 'r', 'value': 1e999, 'scale': {'min': 1, 'max': 5}} | INVALID_VALUE | /value",
        "{'kind': 'correction', 'conversationId': 'c', 'correctedOutput': 'x'} | MISSING_FIELD | /responseId",
        "{'kind': 'correction', 'responseId': 'r'}                         | MISSING_FIELD | /correctedOutput",
        "{'kind': 'correction', 'responseId': 'r', 'correctedOutput': ' '} | INVALID_VALUE | /correctedOutput",
        "{'kind': 'preference', 'responseId': 'r', 'chosen': {'role': 'assistant', 'content': 'a'}} | MISSING_FIELD | /rejected",
        "{'kind': 'preference', 'responseId': 'r', 'chosen': {'role': 'user', 'content': 'a'}} | INVALID_VALUE | /chosen/role",
        "{'kind': 'preference', 'responseId': 'r', 'chosen': {'role': 'assistant'}} | MISSING_FIELD | /chosen/content",
        "{'kind': 'preference', 'chosen': {'role': 'assistant', 'content': 'a'}, 'rejected': {'role': 'assistant', 'content': 'b'}} | MISSING_FIELD | /responseId",
        "{'kind': 'preference', 'request': {'messages': 'Hi'}, 'chosen': {'role': 'assistant', 'content': 'a'}, 'rejected': {'role': 'assistant', 'content': 'b'}} | WRONG_TYPE | /request/messages",
        "{'kind': 'preference', 'request': {'messages': [{'role': 'user', 'content': 'a'}]}, 'chosen': {'role': 'assistant', 'content': 'a'}} | MISSING_FIELD | /rejected",
        "{'kind': 'demonstration', 'request': {'messages': [{'role': 'user', 'content': 'a', 'weight': 1}]}} | INVALID_VALUE | /request/messages/0/weight",
        "{'kind': 'demonstration', 'request': {'messages': [{'role': 'assistant', 'content': 'a', 'weight': 2}]}} | INVALID_VALUE | /request/messages/0/weight",
        "{'kind': 'demonstration', 'request': {'messages': [{'role': 'assistant', 'content': 'a', 'weight': 0.5}]}} | WRONG_TYPE | /request/messages/0/weight",
        "{'kind': 'demonstration', 'request': {'messages': [{'role': 'assistant', 'content': 'a', 'weight': 0}, {'role': 'user', 'content': 'b'}]}, 'response': {'role': 'assistant', 'content': 'c', 'weight': 0}} | INVALID_VALUE | /response/weight",
        "{'kind': 'demonstration', 'request': {'messages': []}}            | MISSING_FIELD | /request/messages",
        "{'kind': 'demonstration', 'request': {'messages': [{'role': 'user', 'content': 'a'}, {'role': 'bot', 'content': 'a'}]}} | INVALID_VALUE | /request/messages/1/role",
        "{'kind': 'demonstration', 'request': {'messages': [{'role': 'user', 'content': [{'type': 'image_url'}]}]}} | INVALID_VALUE | /request/messages/0/content/0/type",
        "{'kind': 'demonstration', 'request': {'messages': [{'role': 'user', 'content': 'a'}], 'tools': [1]}} | WRONG_TYPE | /request/tools/0",
        "{'kind': 'demonstration', 'request': {'messages': [{'role': 'user', 'content': 'a'}]}} | MISSING_FIELD | /response",
        "{'kind': 'comment', 'responseId': 'r'}                            | MISSING_FIELD | /rationale",
        "{'kind': 'implicit', 'responseId': 'r', 'name': ' '}              | INVALID_VALUE | /name",
        "{'kind': 'implicit', 'responseId': 'r', 'name': 'x', 'value': []} | WRONG_TYPE    | /value",
        "{'kind': 'outcome', 'responseId': 'r', 'name': 'x', 'value': 'y'} | WRONG_TYPE    | /value",
        "{'kind': 'outcome', 'responseId': 'r', 'value': true}             | MISSING_FIELD | /name",
        "{'kind': 'comment', 'responseId': 'r', 'rationale': 'a\\u0000b'}  | INVALID_TEXT  | /rationale",
        "{'kind': 'comment', 'responseId': 'r', 'rationale': 'a\\ud800'}   | INVALID_TEXT  | /rationale",
        "{'kind': 'comment', 'x': {'y~/': ['a', '\\udc00']}}               | INVALID_TEXT  | /x/y~0~1/1",
        "{'kind': 'comment', 'x\\u0000': 1}                                | INVALID_TEXT  | `/x\u0000`",
        "{'kind': 'thumb', 'tags': ['ok', ' ']}                            | INVALID_VALUE | /tags/1",
        "{'kind': 'thumb', 'tags': 'ok'}                                   | WRONG_TYPE    | /tags",
        "{'kind': 'thumb', 'occurredAt': 'yesterday'}                      | INVALID_VALUE | /occurredAt",
        "{'kind': 'thumb', 'occurredAt': '2026-11-01'}                     | INVALID_VALUE | /occurredAt",
        "{'kind': 'thumb', 'occurredAt': '1815-11-01T00:00:00Z'}           | INVALID_VALUE | /occurredAt",
        "{'kind': 'thumb', 'occurredAt': '0001-01-01T00:00:00Z'}           | INVALID_VALUE | /occurredAt",
        "{'messages': [{'role': 'user', 'content': 'a'}]}                  | BARE_CHAT     | /messages",
        "{'kind': 'thumb', 'occurredAt': 1700000000}                       | WRONG_TYPE    | /occurredAt",
        "{'kind': 'thumb', 'consent': {}}                                  | MISSING_FIELD | /consent/training",
        "{'kind': 'thumb', 'consent': {'training': 'yes'}}                 | WRONG_TYPE    | /consent/training",
        "{'kind': 'thumb', 'feedbackSource': {'type': 'human'}}            | INVALID_VALUE | /feedbackSource/type",
        "{'kind': 'thumb', 'feedbackSource': 'HUMAN'}                      | WRONG_TYPE    | /feedbackSource",
        "{'kind': 'thumb', 'endUser': ''}                                  | INVALID_VALUE | /endUser",
      })
  void shouldNameTheFaultOfFeedback(String item, FaultCode code, String pointer) {
    assertFault(EventType.FEEDBACK_GIVEN, item, code, pointer);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                             | MISSING_FIELD | /responseId",
        "{'messages': [], 'x': 1}                       | BARE_CHAT     | /messages",
        "{'responseId': 'r'}                            | MISSING_FIELD | /request",
        "{'responseId': 'r', 'request': {'messages': [{'role': 'user', 'content': 'x'}]}, 'response': {'message': {'role': 'assistant', 'content': 'y'}}, 'chatTemplateSha256': 'mine'} | INVALID_VALUE | /chatTemplateSha256",
        "{'responseId': 'r', 'request': [1]}            | WRONG_TYPE    | /request",
        "{'responseId': 'r', 'request': {'messages': [{'role': 'user', 'content': 'x'}]}} | MISSING_FIELD | /response",
        "{'responseId': 'r', 'request': {'messages': [{'role': 'user', 'content': 'x'}]}, 'response': {}} | MISSING_FIELD | /response/message",
        "{'responseId': 'r', 'request': {'messages': [{'role': 'user', 'content': 'x'}]}, 'response': {'message': {'role': 'assistant', 'content': 'y'}, 'choiceIndex': 0.5}} | WRONG_TYPE | /response/choiceIndex",
        "{'responseId': 'r', 'request': {'messages': [{'role': 'user', 'content': 'x'}]}, 'response': {'message': {'role': 'assistant', 'content': 'y'}}, 'model': {'propensity': 1.5}} | INVALID_VALUE | /model/propensity",
        "{'responseId': 'r', 'request': {'messages': [{'role': 'user', 'content': 'x'}]}, 'response': {'message': {'role': 'assistant', 'content': 'y'}}, 'usage': 3} | WRONG_TYPE | /usage",
        "{'responseId': 'r', 'request': {'messages': [{'role': 'assistant', 'tool_calls': [{'function': {'name': 'f'}}]}]}} | MISSING_FIELD | /request/messages/0/tool_calls/0/function/arguments",
      })
  void shouldNameTheFaultOfAnInteraction(String item, FaultCode code, String pointer) {
    assertFault(EventType.INTERACTION_RECORDED, item, code, pointer);
  }

  @ParameterizedTest
  @CsvSource({
    "'{}', MISSING_FIELD, /id",
    "'{\"id\": \"a/b\"}', INVALID_VALUE, /id",
    "'{\"id\": \"d-1\", \"source\": \"another-app\"}', INVALID_VALUE, /source",
  })
  void shouldNameTheFaultOfARetraction(String item, FaultCode code, String pointer) {
    assertFault(EventType.FEEDBACK_RETRACTED, item, code, pointer);
  }

  @Test
  void shouldRetractFeedbackOfTheSendersOwnSource() {
    assertThat(reader.read(EventType.FEEDBACK_RETRACTED, tree("{'id': 'd-1'}"), "app"))
        .isEqualTo(new FeedbackRetracted("app", "d-1", null, null));
  }

  @ParameterizedTest
  @CsvSource({"END_USER_ERASED", "LOOP_DECLARED", "CHAMPION_SET", "BATCH_SEALED"})
  void shouldRefuseEventTypesOfServices(EventType type) {
    assertFault(type, "{}", FaultCode.UNSUPPORTED_TYPE, null);
  }

  @Test
  void shouldRefuseATextThatIsTooLong() {
    String text = "x".repeat(InputLimits.standard().textCharacters() + 1);
    assertFault(
        EventType.FEEDBACK_GIVEN,
        "{'kind': 'comment', 'responseId': 'r', 'rationale': '" + text + "'}",
        FaultCode.TOO_LONG,
        "/rationale");
  }

  @Test
  void shouldKeepEmojiAndOtherPairs() {
    var given =
        (FeedbackGiven)
            reader.read(
                EventType.FEEDBACK_GIVEN,
                tree("{'kind': 'comment', 'responseId': 'r', 'rationale': 'gut 👍🏽'}"),
                "app");
    assertThat(given.rationale()).isEqualTo("gut 👍🏽");
  }

  private void assertFault(EventType type, String item, FaultCode code, String pointer) {
    Fault fault = catchThrowableOfType(Fault.class, () -> reader.read(type, tree(item), "app"));
    assertThat(fault).as(item).isNotNull();
    assertThat(fault.code()).as(item).isEqualTo(code);
    assertThat(fault.pointer()).as(item).isEqualTo(pointer);
    assertThat(fault.detail()).isNotBlank().hasSizeLessThan(300);
    assertThat(fault.remedy()).isNotBlank();
    assertThat(fault.code().code()).isEqualTo(fault.code().code().toLowerCase(Locale.ROOT));
  }

  private static JsonNode tree(String item) {
    try {
      return Json.mapper().readTree(item.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new AssertionError(item, e);
    }
  }
}

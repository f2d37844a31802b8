package dev.whetstone.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.event.FeedbackContent;
import dev.whetstone.contracts.event.FeedbackContent.Comment;
import dev.whetstone.contracts.event.FeedbackContent.Correction;
import dev.whetstone.contracts.event.FeedbackContent.Demonstration;
import dev.whetstone.contracts.event.FeedbackContent.Implicit;
import dev.whetstone.contracts.event.FeedbackContent.InvalidFeedback;
import dev.whetstone.contracts.event.FeedbackContent.Outcome;
import dev.whetstone.contracts.event.FeedbackContent.Preference;
import dev.whetstone.contracts.event.FeedbackContent.Rating;
import dev.whetstone.contracts.event.FeedbackContent.Thumb;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.contracts.event.InteractionRecorded.Request;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class FeedbackContentTest {
  static Stream<Arguments> readable() {
    var yes = ChatMessage.assistant("yes");
    var no = ChatMessage.assistant("no");
    return Stream.of(
        Arguments.of("{'kind':'thumb','value':true}", new Thumb(true)),
        Arguments.of("{'kind':'thumb','value':false}", new Thumb(false)),
        Arguments.of(
            "{'kind':'rating','name':'stars','value':4,'scale':{'min':1,'max':5}}",
            new Rating("stars", 4, new FeedbackGiven.Scale(1, 5))),
        Arguments.of(
            "{'kind':'rating','value':1,'scale':{'min':1,'max':5}}",
            new Rating(null, 1, new FeedbackGiven.Scale(1, 5))),
        Arguments.of("{'kind':'correction','correctedOutput':'yes'}", new Correction("yes")),
        Arguments.of(
            "{'kind':'preference','chosen':{'role':'assistant','content':'yes'},"
                + "'rejected':{'role':'assistant','content':'no'}}",
            new Preference(yes, no)),
        Arguments.of(
            "{'kind':'demonstration','request':{'messages':[{'role':'user','content':'q'}]},"
                + "'response':{'role':'assistant','content':'yes'}}",
            new Demonstration(Request.of(List.of(ChatMessage.user("q"))), yes)),
        Arguments.of("{'kind':'comment','rationale':'too long'}", new Comment("too long")),
        Arguments.of("{'kind':'implicit','name':'copied'}", new Implicit("copied", null)),
        Arguments.of("{'kind':'implicit','name':'dwell','value':3}", new Implicit("dwell", 3)),
        Arguments.of("{'kind':'outcome','name':'sold','value':true}", new Outcome("sold", true)),
        Arguments.of("{'kind':'outcome','name':'cost','value':2.5}", new Outcome("cost", 2.5)));
  }

  @ParameterizedTest
  @MethodSource("readable")
  void shouldReadEachKind(String json, FeedbackContent expected) throws Exception {
    assertThat(FeedbackContent.of(feedback(json))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'kind':'thumb'}                                                        | /value
          {'kind':'thumb','value':1}                                              | /value
          {'kind':'thumb','value':'up'}                                           | /value
          {'kind':'rating','value':3}                                             | /scale
          {'kind':'rating','value':3,'scale':{'min':5,'max':1}}                   | /scale
          {'kind':'rating','value':3,'scale':{'min':3,'max':3}}                   | /scale
          {'kind':'rating','value':6,'scale':{'min':1,'max':5}}                   | /value
          {'kind':'rating','value':0.9,'scale':{'min':1,'max':5}}                 | /value
          {'kind':'rating','value':true,'scale':{'min':1,'max':5}}                | /value
          {'kind':'rating','scale':{'min':1,'max':5}}                             | /value
          {'kind':'correction'}                                                   | /correctedOutput
          {'kind':'correction','correctedOutput':'  '}                            | /correctedOutput
          {'kind':'preference','rejected':{'role':'assistant','content':'no'}}    | /chosen
          {'kind':'preference','chosen':{'role':'assistant','content':'yes'}}     | /rejected
          {'kind':'demonstration','response':{'role':'assistant','content':'a'}}  | /request
          {'kind':'demonstration','request':{'messages':[]}}                      | /response
          {'kind':'comment'}                                                      | /rationale
          {'kind':'implicit','value':true}                                        | /name
          {'kind':'outcome','value':true}                                         | /name
          {'kind':'outcome','name':'sold'}                                        | /value
          {'kind':'outcome','name':'sold','value':'yes'}                          | /value
          """)
  void shouldPointAtTheFirstFault(String json, String pointer) throws Exception {
    FeedbackGiven given = feedback(json);
    assertThatThrownBy(() -> FeedbackContent.of(given))
        .isInstanceOfSatisfying(
            InvalidFeedback.class, fault -> assertThat(fault.pointer()).isEqualTo(pointer));
  }

  private static FeedbackGiven feedback(String json) throws JsonProcessingException {
    return ContractJson.MAPPER.readValue(json.replace('\'', '"'), FeedbackGiven.class);
  }
}

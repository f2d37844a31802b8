package dev.whetstone.curation.form;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.event.FeedbackContent;
import dev.whetstone.contracts.event.FeedbackGiven;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseContradictionRuleTest {
  private final List<Opinion> opinions = new ArrayList<>();

  @Test
  void shouldTakeTheLatestOfOneEndUser() {
    thumb("early", "ann", 1, true);
    thumb("late", "ann", 2, false);

    Map<EventKey, OpinionStatus> standings = weigh();

    assertThat(standings.get(Samples.key("early")))
        .isEqualTo(new OpinionStatus.Superseded(Samples.key("late")));
    assertThat(standings.get(Samples.key("late"))).isEqualTo(new OpinionStatus.Stands(1));
  }

  @Test
  void shouldLetAThumbDownAndACorrectionStandTogether() {
    thumb("down", "ann", 1, false);
    correction("right", "ann", 2);

    assertThat(weigh().values()).containsOnly(new OpinionStatus.Stands(1));
  }

  /** Comparing each opinion with all later ones would take hours. */
  @Test
  @Timeout(60)
  void shouldCompareOpinionsOfOneContributorInLinearTime() {
    for (int i = 0; i < 300_000; i++) {
      add(String.valueOf(i), "ann", i, content(i % 2 == 0 ? "comment" : "prefer-a-b"));
    }

    Map<EventKey, OpinionStatus> standings = weigh();

    assertThat(standings.values())
        .filteredOn(OpinionStatus.Repeated.class::isInstance)
        .hasSize(149_999);
  }

  /** Each word is a kind and a second; feedback is given in the order of the seconds. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          correction correction down     | 0 2
          correction other correction    | 2
          correction correction other    | 2
          correction down correction     | 0 1
          correction correction up       | 2
          up up up                       | 0
          up down up                     | 2
          correction up down             | 0 2
          down up correction             | 0 2
          up correction up               | 2
          five one                       | 1
          five three                     | 1
          five up                        | 0 1
          five down                      | 1
          prefer-a-b prefer-b-a          | 1
          prefer-a-b prefer-a-b          | 0
          prefer-a-b prefer-a-c          | 0 1
          prefer-a-b prefer-b-a down     | 1 2
          comment comment                | 0 1
          """)
  void shouldUseTheLatestFeedbackOfAnEndUser(String said, String holding) {
    String[] words = said.split(" ");
    for (int i = 0; i < words.length; i++) {
      add(String.valueOf(i), "ann", i, content(words[i]));
    }

    Map<EventKey, OpinionStatus> standings = weigh();

    assertThat(
            IntStream.range(0, words.length)
                .filter(
                    i ->
                        standings.get(Samples.key(String.valueOf(i)))
                            instanceof OpinionStatus.Stands)
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(" ")))
        .isEqualTo(holding);
    assertThat(standings.values()).noneMatch(OpinionStatus.Contested.class::isInstance);
  }

  /** An opposite preference replaces the end user's own earlier one, never another user's. */
  @Test
  void shouldLetPreferencesOfTwoEndUsersStand() {
    add("1", "ann", 1, content("prefer-a-b"));
    add("2", "bob", 2, content("prefer-b-a"));

    assertThat(weigh().values()).containsOnly(new OpinionStatus.Stands(1));
  }

  private static FeedbackContent content(String word) {
    var fiveStars = new FeedbackGiven.Scale(1, 5);
    return switch (word) {
      case "up" -> new FeedbackContent.Thumb(true);
      case "down" -> new FeedbackContent.Thumb(false);
      case "correction" -> new FeedbackContent.Correction("better");
      case "other" -> new FeedbackContent.Correction("best");
      case "comment" -> new FeedbackContent.Comment("hm");
      case "five" -> new FeedbackContent.Rating(null, 5, fiveStars);
      case "three" -> new FeedbackContent.Rating(null, 3, fiveStars);
      case "one" -> new FeedbackContent.Rating(null, 1, fiveStars);
      default ->
          new FeedbackContent.Preference(
              ChatMessage.assistant(word.split("-")[1]), ChatMessage.assistant(word.split("-")[2]));
    };
  }

  private void add(String id, String endUser, int second, FeedbackContent content) {
    opinions.add(new Opinion(Samples.key(id), endUser, Samples.NOON.plusSeconds(second), content));
  }

  @Test
  void shouldLetACorrectionReplaceAnEarlierThumbUp() {
    thumb("up", "ann", 1, true);
    correction("right", "ann", 2);

    assertThat(weigh().get(Samples.key("up")))
        .isEqualTo(new OpinionStatus.Superseded(Samples.key("right")));
  }

  /** The standard margin is 0.34: two thirds lead by a third and are not enough. */
  @ParameterizedTest
  @CsvSource({"3, 1, true, false", "2, 1, false, false", "1, 1, false, false", "4, 0, true, false"})
  void shouldAskForAMajorityWithAMargin(int up, int down, boolean upStands, boolean downStands) {
    for (int i = 0; i < up; i++) {
      thumb("up" + i, "up-user" + i, i, true);
    }
    for (int i = 0; i < down; i++) {
      thumb("down" + i, "down-user" + i, i, false);
    }

    Map<EventKey, OpinionStatus> standings = weigh();

    assertThat(standings.get(Samples.key("up0")) instanceof OpinionStatus.Stands)
        .isEqualTo(upStands);
    if (down > 0) {
      assertThat(standings.get(Samples.key("down0")) instanceof OpinionStatus.Stands)
          .isEqualTo(downStands);
    }
  }

  @Test
  void shouldNotCountOneEndUserTwice() {
    thumb("a1", "ann", 1, false);
    thumb("a2", "ann", 2, false);
    thumb("a3", "ann", 3, false);
    thumb("b", "bob", 1, true);

    assertThat(weigh().get(Samples.key("b"))).isInstanceOf(OpinionStatus.Contested.class);
  }

  @Test
  void shouldNotDependOnOrder() {
    thumb("a1", "ann", 1, true);
    thumb("a2", "ann", 1, false);
    thumb("b", "bob", 1, false);
    correction("c", "eve", 4);
    Map<EventKey, OpinionStatus> before = weigh();

    Collections.reverse(opinions);

    assertThat(weigh()).isEqualTo(before);
  }

  @Test
  void shouldTellATieAndLetTheGreaterIdCount() {
    thumb("a", "ann", 1, true);
    thumb("b", "ann", 1, false);

    assertThat(weigh().get(Samples.key("a")))
        .isEqualTo(new OpinionStatus.Superseded(Samples.key("b"), true));
    assertThat(weigh().get(Samples.key("b"))).isEqualTo(new OpinionStatus.Stands(1));
  }

  @Test
  void shouldNotLetAClaimedEndUserReplaceWhatASecretKeySent() {
    correction("right", "ann", 1);
    claim("up", "ann", "home", 2, true);
    claim("down", "ann", "home", 0, false);

    Map<EventKey, OpinionStatus> standings = weigh();

    assertThat(standings.get(Samples.key("right"))).isEqualTo(new OpinionStatus.Stands(1));
    assertThat(standings.get(Samples.key("up")))
        .isEqualTo(new OpinionStatus.Outranked(Samples.key("right")));
    assertThat(standings.get(Samples.key("down"))).isEqualTo(new OpinionStatus.Stands(1));
  }

  @Test
  void shouldLetASecretKeyReplaceWhatWasClaimed() {
    claim("up", "ann", "home", 1, true);
    thumb("down", "ann", 2, false);

    assertThat(weigh().get(Samples.key("up")))
        .isEqualTo(new OpinionStatus.Outranked(Samples.key("down")));
  }

  @Test
  void shouldCountInventedEndUsersOfOneConnectionOnce() {
    for (int i = 0; i < 100; i++) {
      claim("down" + i, "made-up-" + i, "office", i, false);
    }
    thumb("up", "ann", 1, true);

    assertThat(weigh().get(Samples.key("up")))
        .isInstanceOfSatisfying(
            OpinionStatus.Contested.class,
            contested -> assertThat(contested.agreement()).isEqualTo(0.5));
  }

  @Test
  void shouldLetAClaimedEndUserChangeTheirMindFromAnotherConnection() {
    claim("up", "ann", "home", 1, true);
    claim("down", "ann", "phone", 2, false);

    assertThat(weigh().get(Samples.key("up")))
        .isEqualTo(new OpinionStatus.Superseded(Samples.key("down")));
  }

  private void claim(String id, String endUser, String connection, int second, boolean up) {
    opinions.add(
        new Opinion(
            Samples.key(id),
            endUser,
            "connection:" + connection,
            true,
            Samples.NOON.plusSeconds(second),
            new FeedbackContent.Thumb(up)));
  }

  @Test
  void shouldLetWhatTakesNoSideStand() {
    opinions.add(
        new Opinion(Samples.key("note"), "ann", Samples.NOON, new FeedbackContent.Comment("hm")));

    assertThat(weigh().values()).containsExactly(new OpinionStatus.Stands(1));
  }

  private Map<EventKey, OpinionStatus> weigh() {
    return ResponseContradictionRule.weigh(Specs.standard(), opinions);
  }

  private void thumb(String id, String endUser, int second, boolean up) {
    opinions.add(
        new Opinion(
            Samples.key(id),
            endUser,
            Samples.NOON.plusSeconds(second),
            new FeedbackContent.Thumb(up)));
  }

  private void correction(String id, String endUser, int second) {
    opinions.add(
        new Opinion(
            Samples.key(id),
            endUser,
            Samples.NOON.plusSeconds(second),
            new FeedbackContent.Correction("better")));
  }
}

package dev.whetstone.curation.form;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.event.EventKey;
import dev.whetstone.contracts.event.FeedbackContent;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.chain.Specs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContradictionOnOneResponseTest {
  private final List<Opinion> opinions = new ArrayList<>();

  @Test
  void shouldTakeTheLatestOfOneEndUser() {
    thumb("early", "ann", 1, true);
    thumb("late", "ann", 2, false);

    Map<EventKey, Standing> standings = weigh();

    assertThat(standings.get(Samples.key("early")))
        .isEqualTo(new Standing.Superseded(Samples.key("late")));
    assertThat(standings.get(Samples.key("late"))).isEqualTo(new Standing.Stands(1));
  }

  @Test
  void shouldLetAThumbDownAndACorrectionStandTogether() {
    thumb("down", "ann", 1, false);
    correction("right", "ann", 2);

    assertThat(weigh().values()).containsOnly(new Standing.Stands(1));
  }

  @Test
  void shouldLetACorrectionReplaceAnEarlierThumbUp() {
    thumb("up", "ann", 1, true);
    correction("right", "ann", 2);

    assertThat(weigh().get(Samples.key("up")))
        .isEqualTo(new Standing.Superseded(Samples.key("right")));
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

    Map<EventKey, Standing> standings = weigh();

    assertThat(standings.get(Samples.key("up0")) instanceof Standing.Stands).isEqualTo(upStands);
    if (down > 0) {
      assertThat(standings.get(Samples.key("down0")) instanceof Standing.Stands)
          .isEqualTo(downStands);
    }
  }

  @Test
  void shouldNotCountOneEndUserTwice() {
    thumb("a1", "ann", 1, false);
    thumb("a2", "ann", 2, false);
    thumb("a3", "ann", 3, false);
    thumb("b", "bob", 1, true);

    assertThat(weigh().get(Samples.key("b"))).isInstanceOf(Standing.Contested.class);
  }

  @Test
  void shouldNotDependOnOrder() {
    thumb("a1", "ann", 1, true);
    thumb("a2", "ann", 1, false);
    thumb("b", "bob", 1, false);
    correction("c", "eve", 4);
    Map<EventKey, Standing> before = weigh();

    Collections.reverse(opinions);

    assertThat(weigh()).isEqualTo(before);
  }

  @Test
  void shouldLetWhatTakesNoSideStand() {
    opinions.add(
        new Opinion(Samples.key("note"), "ann", Samples.NOON, new FeedbackContent.Comment("hm")));

    assertThat(weigh().values()).containsExactly(new Standing.Stands(1));
  }

  private Map<EventKey, Standing> weigh() {
    return ContradictionOnOneResponse.weigh(Specs.standard(), opinions);
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

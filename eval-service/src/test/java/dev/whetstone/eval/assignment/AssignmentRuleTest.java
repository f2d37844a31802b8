package dev.whetstone.eval.assignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whetstone.eval.assignment.AssignmentRule.Variant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AssignmentRuleTest {
  private static final List<Variant> VARIANTS =
      List.of(new Variant("candidate", "two", 2, 0.25), new Variant("champion", "one", 1, 0.75));

  @Test
  void shouldAssignAnEndUserTheSameModelEachTime() {
    for (int i = 0; i < 100; i++) {
      String user = "user-" + i;
      assertThat(AssignmentRule.assign("acme/support", user, VARIANTS))
          .isEqualTo(AssignmentRule.assign("acme/support", user, VARIANTS));
    }
  }

  @Test
  void shouldAssignVariantsByTheirShares() {
    long candidates =
        IntStream.range(0, 20_000)
            .mapToObj(i -> AssignmentRule.assign("acme/support", "user-" + i, VARIANTS))
            .filter(assignment -> assignment.variant().equals("candidate"))
            .count();

    assertThat(candidates / 20_000.0).isCloseTo(0.25, within(0.012));
  }

  @Test
  void shouldKeepAssignmentsToTheCandidateIfItsShareGrows() {
    List<Variant> more =
        List.of(new Variant("candidate", "two", 2, 0.5), new Variant("champion", "one", 1, 0.5));
    for (int i = 0; i < 1000; i++) {
      if (AssignmentRule.assign("s", "user-" + i, VARIANTS).variant().equals("candidate")) {
        assertThat(AssignmentRule.assign("s", "user-" + i, more).variant()).isEqualTo("candidate");
      }
    }
  }

  @Test
  void shouldAssignEveryEndUserTheOnlyVariant() {
    Assignment assignment =
        AssignmentRule.assign("s", "somebody", List.of(new Variant("champion", "one", 1, 1)));

    assertThat(assignment).isEqualTo(new Assignment("one", 1, "champion", 1));
  }
}

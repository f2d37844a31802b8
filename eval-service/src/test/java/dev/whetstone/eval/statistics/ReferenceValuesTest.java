package dev.whetstone.eval.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whetstone.contracts.decision.ConfidenceInterval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The expected figures come from other sources; see loop policy, reference values. */
class ReferenceValuesTest {
  private static final double TIGHT = 1e-7;

  @Test
  void shouldReproducePairedDifference() {
    PairedDifference difference = PairedDifference.of(paired(45, 25, 1000));

    assertThat(difference.mean()).isCloseTo(0.02, within(1e-12));
    assertThat(difference.standardError()).isCloseTo(0.0083468359, within(1e-10));
    assertThat(difference.pTwoSided()).isCloseTo(0.0167528656, within(1e-9));
    ConfidenceInterval interval = difference.normalInterval(0.95);
    assertThat(interval.lower()).isCloseTo(0.0036405, within(TIGHT));
    assertThat(interval.upper()).isCloseTo(0.0363595, within(TIGHT));
  }

  @Test
  void shouldGiveAWiderIntervalByStudentsTThanByTheNormalDistribution() {
    PairedDifference difference = PairedDifference.of(paired(45, 25, 1000));

    assertThat(difference.interval(0.95).lower())
        .isLessThan(difference.normalInterval(0.95).lower())
        .isCloseTo(0.0036405, within(2e-5));
  }

  @Test
  void shouldReproduceNonInferiority() {
    PairedDifference difference = PairedDifference.of(paired(18, 30, 1000));

    assertThat(difference.standardError()).isCloseTo(0.0069212646, within(1e-10));
    assertThat(difference.pAbove(-0.02)).isCloseTo(0.1240078, within(TIGHT));
  }

  @Test
  void shouldRejectExactlyOneByHolm() {
    boolean[] rejected =
        HolmCorrection.rejected(0.05, .001, .008, .039, .041, .042, .06, .074, .205);

    assertThat(rejected).containsExactly(true, false, false, false, false, false, false, false);
  }

  @Test
  void shouldAdjustInTheOrderGiven() {
    assertThat(HolmCorrection.adjust(0.04, 0.01, 0.03)).containsExactly(0.06, 0.03, 0.06);
    assertThat(HolmCorrection.adjust()).isEmpty();
  }

  @Test
  void shouldComputeClusteredStandardErrorByItsFormula() {
    double[] differences = new double[40];
    List<String> clusters = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      differences[i] = i % 4 == 0 ? 1 : i % 7 == 0 ? -1 : 0;
      clusters.add("user-" + i / 3);
    }
    double mean = Arrays.stream(differences).average().orElseThrow();
    double squares =
        IntStream.rangeClosed(0, 39 / 3)
            .mapToDouble(
                cluster ->
                    IntStream.range(3 * cluster, Math.min(40, 3 * cluster + 3))
                        .mapToDouble(i -> differences[i] - mean)
                        .sum())
            .map(sum -> sum * sum)
            .sum();

    PairedDifference clustered = PairedDifference.clustered(differences, clusters);

    assertThat(clustered.standardError()).isCloseTo(Math.sqrt(squares) / 40, within(1e-12));
    assertThat(clustered.degreesOfFreedom()).isEqualTo(13);
  }

  /** 100 items of 4 end users; the sums of deviations are 15, -5, -5, -5, over 100. */
  @Test
  void shouldNotTreatItemsOfFewUsersAsIndependent() {
    double[] differences = new double[100];
    List<String> clusters = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      differences[i] = i < 20 ? 1 : 0;
      clusters.add("user-" + i / 25);
    }

    PairedDifference few = PairedDifference.clustered(differences, clusters);

    assertThat(few.standardError()).isCloseTo(Math.sqrt(300) / 100, within(1e-12));
    assertThat(few.degreesOfFreedom()).isEqualTo(3);
    assertThat(few.interval(0.9).lower())
        .isCloseTo(0.2 - 2.3533634348 * 0.1732050808, within(1e-8));
    assertThat(few.isOfFewClusters()).isTrue();
  }

  @Test
  void shouldNotBeCertainIfTheSumsOfFewUsersCancelOut() {
    double[] differences = new double[40];
    List<String> clusters = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      differences[i] = i % 2 == 0 ? 1 : -1;
      clusters.add("user-" + i / 10);
    }

    assertThat(PairedDifference.clustered(differences, clusters).standardError())
        .isEqualTo(PairedDifference.of(differences).standardError());
  }

  @Test
  void shouldHaveInfiniteStandardErrorWithOneUser() {
    PairedDifference one =
        PairedDifference.clustered(new double[] {1, 1, 0, 1}, List.of("a", "a", "a", "a"));

    assertThat(one.standardError()).isInfinite();
    assertThat(one.pAbove(0)).isEqualTo(0.5);
    assertThat(one.interval(0.9).lower()).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void shouldTreatClustersOfOneItemAsIndependentItems() {
    double[] differences = {1, 0, 0, 1, 0};

    PairedDifference each =
        PairedDifference.clustered(differences, List.of("a", "b", "c", "d", "e"));

    assertThat(each).isEqualTo(PairedDifference.of(differences));
    assertThat(each.isOfFewClusters()).isFalse();
  }

  @Test
  void shouldWidenTheIntervalIfItemsOfAUserAreCorrelated() {
    double[] differences = new double[200];
    List<String> clusters = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      differences[i] = i / 10 % 2;
      clusters.add("user-" + i / 10);
    }

    assertThat(PairedDifference.clustered(differences, clusters).standardError())
        .isGreaterThan(3 * PairedDifference.of(differences).standardError());
  }

  @Test
  void shouldNotBeCertainWithFewTies() {
    PairedDifference ties = PairedDifference.of(new double[20]);

    assertThat(ties.mean()).isZero();
    assertThat(ties.interval(0.9).lower()).isLessThan(-0.05);
  }

  @Test
  void shouldRefuseOneItem() {
    assertThatThrownBy(() -> PairedDifference.of(new double[] {1}))
        .hasMessage("paired differences need at least 2 items, not 1");
  }

  static double[] paired(int wins, int losses, int n) {
    double[] differences = new double[n];
    Arrays.fill(differences, 0, wins, 1);
    Arrays.fill(differences, wins, wins + losses, -1);
    return differences;
  }
}

package dev.whetstone.eval.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AlphaLedgerTest {
  @Test
  void shouldSpendNoMoreThanAlphaOverAllLooks() {
    double spent = 0;
    for (int look = 0; look < 10_000; look++) {
      spent += new AlphaSpending(0.05, look).next();
    }

    assertThat(spent).isLessThan(0.05).isCloseTo(0.05, within(1e-5));
    assertThat(new AlphaSpending(0.05, 0).next()).isCloseTo(0.0303964, within(1e-7));
    assertThat(new AlphaSpending(0.05, 0).leftAfterNext()).isCloseTo(0.0196036, within(1e-7));
    assertThat(new AlphaSpending(0.05, 0).left()).isEqualTo(0.05);
    assertThat(new AlphaSpending(0.05, 1).left()).isCloseTo(0.0196036, within(1e-7));
    assertThat(new LordPlusPlus(0.1, List.of()).left()).isEqualTo(0.05);
  }

  @Test
  void shouldSpendLessEachTimeUntilADiscovery() {
    double first = new LordPlusPlus(0.1, List.of()).next();
    double second = new LordPlusPlus(0.1, List.of(false)).next();
    double third = new LordPlusPlus(0.1, List.of(false, false)).next();
    double afterDiscovery = new LordPlusPlus(0.1, List.of(false, true)).next();

    assertThat(first).isGreaterThan(second);
    assertThat(second).isGreaterThan(third);
    assertThat(afterDiscovery).isGreaterThan(third);
    assertThat(first).isCloseTo(0.07720838 * Math.log(2) * 0.05, within(1e-9));
  }

  @Test
  void shouldKeepTheLevelsOfLordPositive() {
    List<Boolean> looks = new ArrayList<>();
    for (int look = 0; look < 60; look++) {
      LordPlusPlus ledger = new LordPlusPlus(0.1, looks);
      assertThat(ledger.next()).isPositive();
      assertThat(ledger.leftAfterNext()).isNotNegative();
      looks.add(look % 20 == 19);
    }
  }

  /**
   * A/A test: 1,000 series of 50 candidates that equal their champion. 50 false promotions are
   * expected at most; the bound of 66 is more than two standard deviations above.
   */
  @Test
  void shouldPromoteFalselyInNoMoreThanSixtySixOfAThousandSeries() {
    SplittableRandom random = new SplittableRandom(20261120);
    int falsely = 0;
    for (int series = 0; series < 1000; series++) {
      falsely += seriesPromotesFalsely(random) ? 1 : 0;
    }

    assertThat(falsely).isLessThanOrEqualTo(66);
  }

  private static boolean seriesPromotesFalsely(SplittableRandom random) {
    for (int look = 0; look < 50; look++) {
      double[] differences = new double[400];
      for (int item = 0; item < differences.length; item++) {
        double draw = random.nextDouble();
        differences[item] = draw < 0.1 ? 1 : draw < 0.2 ? -1 : 0;
      }
      PairedDifference difference = PairedDifference.of(differences);
      if (difference.pAbove(0) < new AlphaSpending(0.05, look).next()) {
        return true;
      }
    }
    return false;
  }
}

package dev.whetstone.kit.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class BudgetSlicingPolicyTest {
  @Property
  void shouldKeepOrderAndBounds(
      @ForAll List<@LongRange(min = 0, max = 1_000) Long> sizes,
      @ForAll @LongRange(min = 1, max = 2_000) long bytes,
      @ForAll @IntRange(min = 1, max = 10) int items) {
    List<List<Long>> slices = BudgetSlicingPolicy.slices(sizes, size -> size, bytes, items);

    assertThat(slices.stream().flatMap(List::stream).toList()).isEqualTo(sizes);
    assertThat(slices)
        .allSatisfy(
            slice -> {
              assertThat(slice).hasSizeBetween(1, items);
              long sum = slice.stream().mapToLong(Long::longValue).sum();
              assertThat(sum <= bytes || slice.size() == 1).isTrue();
            });
  }

  @Property
  void shouldNotOverflow(@ForAll List<@LongRange(min = 0) Long> sizes) {
    List<List<Long>> slices = BudgetSlicingPolicy.slices(sizes, size -> size, 100, 10);

    assertThat(slices.stream().mapToInt(List::size).sum()).isEqualTo(sizes.size());
  }
}

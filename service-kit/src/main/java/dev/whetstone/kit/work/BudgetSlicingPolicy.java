package dev.whetstone.kit.work;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToLongFunction;

/** Cuts work into slices that are bounded by bytes and by number, in order. Pure. */
public final class BudgetSlicingPolicy {
  private BudgetSlicingPolicy() {}

  /**
   * The items in slices. A slice is over the byte budget only when it is a single item that is over
   * it by itself.
   *
   * @param bytes what one item costs, 0 or more
   * @param mostBytes budget of a slice
   * @param mostItems largest number of items in a slice, 1 or more
   */
  public static <T> List<List<T>> slices(
      Collection<T> items, ToLongFunction<T> bytes, long mostBytes, int mostItems) {
    List<List<T>> slices = new ArrayList<>();
    List<T> slice = new ArrayList<>();
    long used = 0;
    for (T item : items) {
      long cost = bytes.applyAsLong(item);
      boolean full = slice.size() >= mostItems || cost > mostBytes - used;
      if (full && !slice.isEmpty()) {
        slices.add(slice);
        slice = new ArrayList<>();
        used = 0;
      }
      slice.add(item);
      used = saturatedSum(used, cost);
    }
    if (!slice.isEmpty()) {
      slices.add(slice);
    }
    return slices;
  }

  private static long saturatedSum(long one, long other) {
    long sum = one + other;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }
}

package dev.whetstone.curation.seal;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.example.CutExampleRepository.Candidate;
import dev.whetstone.curation.example.PoolCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The counts for the seal rule. Pure.
 *
 * <p>{@code minExamples} counts new train examples of one form: a correction gives an SFT example
 * and a pair, which are one piece of evidence, not two. Held-out items are counted in the same
 * form, including those of earlier undecided batches.
 */
public record SealReadiness(
    Form form,
    int train,
    int validation,
    int test,
    int heldOut,
    double trainPerDay,
    double heldOutPerDay,
    Duration oldestWaiting,
    List<String> missingTags) {
  private static final Duration RATE_WINDOW = Duration.ofDays(7);
  private static final double LEAST_DAYS = 1.0 / 24;

  /** Undecided batches allowed at the same time: one in training, one waiting. */
  private static final int UNDECIDED_AT_ONCE = 2;

  public static SealReadiness of(
      LoopSpec spec, Collection<Candidate> candidates, List<Batch> batches, Instant now) {
    return of(spec, PoolCounts.of(candidates, recentFrom(now)), batches, now);
  }

  public static SealReadiness of(LoopSpec spec, PoolCounts pool, List<Batch> batches, Instant now) {
    Form form = counted(one -> pool.of(one, Split.TRAIN));
    int test = pool.of(form, Split.TEST);
    int earlier = 0;
    for (Batch batch : batches) {
      var counts = batch.counts().get(form.wireName());
      if (batch.state() == BatchState.PENDING && counts != null) {
        earlier += counts.test();
      }
    }
    Instant oldest = pool.oldest() == null ? now : pool.oldest();
    return new SealReadiness(
        form,
        pool.of(form, Split.TRAIN),
        pool.of(form, Split.VALIDATION),
        test,
        test + earlier,
        perDay(pool, form, Split.TRAIN, now),
        perDay(pool, form, Split.TEST, now),
        oldest.isAfter(now) ? Duration.ZERO : Duration.between(oldest, now),
        spec.spec().curation().mustCover().stream()
            .filter(tag -> !pool.tags().contains(tag))
            .toList());
  }

  /** Rates are computed from examples received after this time. */
  public static Instant recentFrom(Instant now) {
    return now.minus(RATE_WINDOW);
  }

  /**
   * The form that is counted: SFT where there are enough for a batch, because candidates are
   * evaluated on test items of that form; else the form with the most train examples.
   *
   * @param train number of train examples of each form
   */
  public static Form counted(ToIntFunction<Form> train) {
    Form most = Form.SFT;
    for (Form other : Form.values()) {
      most = train.applyAsInt(other) > train.applyAsInt(most) ? other : most;
    }
    return train.applyAsInt(Form.SFT) >= SealRule.LEAST_TRAIN ? Form.SFT : most;
  }

  public SealInput input(LoopSpec spec, @Nullable String obstacle, boolean manual) {
    return new SealInput(
        spec,
        train,
        heldOut,
        oldestWaiting,
        trainPerDay,
        heldOutPerDay,
        obstacle,
        manual,
        false,
        missingTags);
  }

  /**
   * Why no other batch may be sealed now, for people: the loop's daily budget of runs is used up,
   * or one batch already waits behind the one in training. A batch that stays undecided blocks
   * others for {@code maxAge} at most. Null when sealing is allowed.
   */
  public static @Nullable String obstacle(LoopSpec spec, List<Batch> batches, Instant now) {
    int perDay = spec.spec().budgets().maxRunsPerDay();
    long today =
        batches.stream()
            .filter(batch -> batch.sealedAt().isAfter(now.minus(Duration.ofDays(1))))
            .count();
    Instant stale = now.minus(spec.spec().curation().seal().maxAge());
    long undecided =
        batches.stream()
            .filter(batch -> batch.undecided() && batch.state() == BatchState.PENDING)
            .filter(batch -> batch.sealedAt().isAfter(stale))
            .count();
    if (perDay != 0 && today >= perDay) {
      return "the loop's budget of %d runs a day is used up".formatted(perDay);
    }
    return undecided < UNDECIDED_AT_ONCE
        ? null
        : "%d batches await their decision".formatted(undecided);
  }

  /** Rate over the last week, or since the first of the newest examples when that is shorter. */
  private static double perDay(PoolCounts pool, Form form, Split split, Instant now) {
    PoolCounts.Recent recent = pool.recent().get(new PoolCounts.Group(form, split));
    if (recent == null) {
      return 0;
    }
    double days = Duration.between(recent.first(), now).toSeconds() / 86_400.0;
    return recent.n() / Math.max(days, LEAST_DAYS);
  }

  /** For the log: {@code tenant/loop} and the counts. */
  public String describe(LoopId loop) {
    return "loop=%s form=%s train=%d held-out=%d".formatted(loop, form.wireName(), train, heldOut);
  }
}

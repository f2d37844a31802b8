package dev.whetstone.curation.cut;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.batch.Batch;
import dev.whetstone.curation.example.CutExampleRepository.Candidate;
import dev.whetstone.curation.seal.SealInput;
import dev.whetstone.curation.seal.SealRule;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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

  static SealReadiness of(
      LoopSpec spec, Collection<Candidate> candidates, List<Batch> batches, Instant now) {
    Map<Form, Integer> train = new EnumMap<>(Form.class);
    for (Form form : Form.values()) {
      train.put(form, count(candidates, form, Split.TRAIN));
    }
    Form form = counted(train::get);
    int test = count(candidates, form, Split.TEST);
    int earlier = 0;
    for (Batch batch : batches) {
      var counts = batch.counts().get(form.wireName());
      if (batch.state() == BatchState.PENDING && counts != null) {
        earlier += counts.test();
      }
    }
    Instant oldest =
        candidates.stream().map(Candidate::receivedAt).min(Instant::compareTo).orElse(now);
    return new SealReadiness(
        form,
        train.get(form),
        count(candidates, form, Split.VALIDATION),
        test,
        test + earlier,
        perDay(candidates, form, Split.TRAIN, now),
        perDay(candidates, form, Split.TEST, now),
        oldest.isAfter(now) ? Duration.ZERO : Duration.between(oldest, now),
        missingTags(spec, candidates));
  }

  /**
   * The form that is counted: SFT where there are enough for a batch, because candidates are
   * evaluated on test items of that form; else the form with the most train examples.
   *
   * @param train number of train examples of each form
   */
  static Form counted(ToIntFunction<Form> train) {
    Form most = Form.SFT;
    for (Form other : Form.values()) {
      most = train.applyAsInt(other) > train.applyAsInt(most) ? other : most;
    }
    return train.applyAsInt(Form.SFT) >= SealRule.LEAST_TRAIN ? Form.SFT : most;
  }

  SealInput input(LoopSpec spec, @Nullable String obstacle, boolean manual) {
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
  static @Nullable String obstacle(LoopSpec spec, List<Batch> batches, Instant now) {
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

  private static int count(Collection<Candidate> candidates, Form form, Split split) {
    return (int)
        candidates.stream().filter(one -> one.form() == form && one.split() == split).count();
  }

  /** Rate over the last week, or since the first example when that is shorter. */
  private static double perDay(
      Collection<Candidate> candidates, Form form, Split split, Instant now) {
    Instant from = now.minus(RATE_WINDOW);
    List<Instant> recent =
        candidates.stream()
            .filter(one -> one.form() == form && one.split() == split)
            .map(Candidate::receivedAt)
            .filter(time -> time.isAfter(from))
            .sorted()
            .toList();
    if (recent.isEmpty()) {
      return 0;
    }
    double days = Duration.between(recent.getFirst(), now).toSeconds() / 86_400.0;
    return recent.size() / Math.max(days, LEAST_DAYS);
  }

  private static List<String> missingTags(LoopSpec spec, Collection<Candidate> candidates) {
    return spec.spec().curation().mustCover().stream()
        .filter(
            tag ->
                candidates.stream()
                    .noneMatch(one -> one.split() == Split.TRAIN && one.tags().contains(tag)))
        .toList();
  }

  /** For the log: {@code tenant/loop} and the counts. */
  String describe(LoopId loop) {
    return "loop=%s form=%s train=%d held-out=%d".formatted(loop, form.wireName(), train, heldOut);
  }
}

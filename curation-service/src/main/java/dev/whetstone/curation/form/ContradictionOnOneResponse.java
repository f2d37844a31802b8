package dev.whetstone.curation.form;

import dev.whetstone.contracts.event.EventKey;
import dev.whetstone.contracts.event.FeedbackContent;
import dev.whetstone.contracts.loop.LoopSpec;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Feedback on one answer that disagrees. Of one end user the latest holds. Between end users the
 * majority holds when it leads by the loop's margin; otherwise everybody's goes to quarantine.
 * Thumbs, ratings past the thresholds and corrections (the answer was not good enough) take sides;
 * preferences, comments, signals and outcomes do not.
 */
public final class ContradictionOnOneResponse {
  private static final Comparator<Opinion> LATEST_LAST =
      Comparator.comparing(Opinion::at).thenComparing(opinion -> opinion.key().text());

  private ContradictionOnOneResponse() {}

  /**
   * Where each opinion stands; opinions that take no side stand.
   *
   * @param opinions all on one answer, in any order
   */
  public static Map<EventKey, Standing> weigh(LoopSpec spec, Collection<Opinion> opinions) {
    LoopSpec.Curation curation = spec.spec().curation();
    List<Opinion> ordered = opinions.stream().sorted(LATEST_LAST).toList();
    Map<String, Opinion> latest = new TreeMap<>();
    for (Opinion opinion : ordered) {
      if (side(opinion.content(), curation.quality()).isPresent()) {
        latest.put(opinion.contributor(), opinion);
      }
    }
    long voices = latest.size();
    long good =
        latest.values().stream()
            .filter(opinion -> side(opinion.content(), curation.quality()).orElseThrow())
            .count();
    Map<EventKey, Standing> standings = new LinkedHashMap<>();
    for (Opinion opinion : ordered) {
      standings.put(opinion.key(), standing(opinion, latest, good, voices, curation));
    }
    return standings;
  }

  private static Standing standing(
      Opinion opinion,
      Map<String, Opinion> latest,
      long good,
      long voices,
      LoopSpec.Curation curation) {
    Optional<Boolean> side = side(opinion.content(), curation.quality());
    if (side.isEmpty()) {
      return new Standing.Stands(1);
    }
    Opinion last = latest.get(opinion.contributor());
    boolean sameWord = side.equals(side(last.content(), curation.quality()));
    boolean replaced = !sameWord || opinion.content().getClass().equals(last.content().getClass());
    if (!last.key().equals(opinion.key()) && replaced) {
      return new Standing.Superseded(last.key());
    }
    long agreeing = side.get() ? good : voices - good;
    double agreement = (double) agreeing / voices;
    double lead = 2 * agreement - 1;
    if (agreeing == voices || (lead > 0 && lead >= curation.contradictionMargin())) {
      return new Standing.Stands(agreement);
    }
    return new Standing.Contested(
        agreement,
        String.format(
            Locale.ROOT,
            "%d of %d end users agree; the loop asks for a lead of %.2f",
            agreeing,
            voices,
            curation.contradictionMargin()));
  }

  /** True: the answer is good; false: it is not; empty: takes no side. */
  private static Optional<Boolean> side(FeedbackContent content, LoopSpec.Quality quality) {
    return switch (content) {
      case FeedbackContent.Thumb(boolean up) -> Optional.of(up);
      case FeedbackContent.Correction(_) -> Optional.of(false);
      case FeedbackContent.Rating(_, double value, var scale) -> {
        double share = (value - scale.min()) / (scale.max() - scale.min());
        yield share >= quality.ratingPositive()
            ? Optional.of(true)
            : share <= quality.ratingNegative() ? Optional.of(false) : Optional.empty();
      }
      case FeedbackContent.Preference(_, _) -> Optional.empty();
      case FeedbackContent.Demonstration(_, _) -> Optional.empty();
      case FeedbackContent.Comment(_) -> Optional.empty();
      case FeedbackContent.Implicit(_, _) -> Optional.empty();
      case FeedbackContent.Outcome(_, _) -> Optional.empty();
    };
  }
}

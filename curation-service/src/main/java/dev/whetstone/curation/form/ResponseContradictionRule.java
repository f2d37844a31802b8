package dev.whetstone.curation.form;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.event.FeedbackContent;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.text.ChatTexts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Resolves contradictory feedback on one answer. Of one end user's feedback, the latest counts: it
 * supersedes that user's earlier feedback of the opposite side or the same kind; an exact
 * repetition adds nothing. Between end users, the majority counts when it leads by the loop's
 * margin; otherwise all of it is quarantined. Thumbs, ratings past the thresholds and corrections
 * (the answer was not good enough) take a side; preferences, comments, signals and outcomes do not.
 */
public final class ResponseContradictionRule {
  private static final Comparator<Opinion> LATEST_LAST =
      Comparator.comparing(Opinion::at).thenComparing(opinion -> opinion.key().text());

  private ResponseContradictionRule() {}

  /**
   * The status of each opinion; opinions that take no side count.
   *
   * @param opinions all on one answer, in any order
   */
  public static Map<EventKey, OpinionStatus> weigh(LoopSpec spec, Collection<Opinion> opinions) {
    LoopSpec.Curation curation = spec.spec().curation();
    List<Opinion> ordered = opinions.stream().sorted(LATEST_LAST).toList();
    Map<EventKey, OpinionStatus> ended = ended(ordered, curation.quality());
    Map<String, Boolean> voices = new TreeMap<>();
    for (Opinion opinion : ordered) {
      if (!ended.containsKey(opinion.key())) {
        side(opinion.content(), curation.quality())
            .ifPresent(side -> voices.put(opinion.contributor(), side));
      }
    }
    long good = voices.values().stream().filter(side -> side).count();
    Map<EventKey, OpinionStatus> standings = new LinkedHashMap<>();
    for (Opinion opinion : ordered) {
      OpinionStatus end = ended.get(opinion.key());
      standings.put(
          opinion.key(), end == null ? standing(opinion, good, voices.size(), curation) : end);
    }
    return standings;
  }

  /**
   * Opinions that the same end user superseded or had already given. A repetition with nothing
   * different in between is no change of mind: the examples of the first opinion stay.
   */
  private static Map<EventKey, OpinionStatus> ended(
      List<Opinion> ordered, LoopSpec.Quality quality) {
    Map<EventKey, OpinionStatus> ended = new HashMap<>();
    Map<String, List<Opinion>> holding = new HashMap<>();
    Set<EventKey> changesOfMind = new HashSet<>();
    for (Opinion opinion : ordered.reversed()) {
      List<Opinion> later = holding.computeIfAbsent(opinion.contributor(), _ -> new ArrayList<>());
      Opinion other =
          later.stream()
              .filter(one -> replaces(one.content(), opinion.content(), quality))
              .findFirst()
              .orElse(null);
      if (other == null) {
        later.add(opinion);
      } else if (other.content().equals(opinion.content())
          && !changesOfMind.contains(other.key())) {
        later.set(later.indexOf(other), opinion);
        ended.put(other.key(), new OpinionStatus.Repeated(opinion.key()));
      } else {
        changesOfMind.add(other.key());
        ended.put(opinion.key(), new OpinionStatus.Superseded(other.key()));
      }
    }
    return ended;
  }

  /** Opposite sides, or the same kind of feedback; for preferences, the same two answers. */
  private static boolean replaces(
      FeedbackContent later, FeedbackContent earlier, LoopSpec.Quality quality) {
    if (later instanceof FeedbackContent.Preference(var chosen, var rejected, _)
        && earlier instanceof FeedbackContent.Preference(var formerly, var formerlyNot, _)) {
      return texts(chosen, rejected).equals(texts(formerly, formerlyNot));
    }
    Optional<Boolean> laterSide = side(later, quality);
    Optional<Boolean> earlierSide = side(earlier, quality);
    boolean otherSide =
        laterSide.isPresent() && earlierSide.isPresent() && !laterSide.equals(earlierSide);
    boolean sameKind =
        later.getClass().equals(earlier.getClass())
            && (laterSide.isPresent() || later instanceof FeedbackContent.Rating);
    return otherSide || sameKind;
  }

  private static Set<String> texts(ChatMessage one, ChatMessage other) {
    return new HashSet<>(List.of(ChatTexts.text(one), ChatTexts.text(other)));
  }

  private static OpinionStatus standing(
      Opinion opinion, long good, long voices, LoopSpec.Curation curation) {
    Optional<Boolean> side = side(opinion.content(), curation.quality());
    if (side.isEmpty()) {
      return new OpinionStatus.Stands(1);
    }
    long agreeing = side.get() ? good : voices - good;
    double agreement = (double) agreeing / voices;
    double lead = 2 * agreement - 1;
    if (agreeing == voices || (lead > 0 && lead >= curation.contradictionMargin())) {
      return new OpinionStatus.Stands(agreement);
    }
    return new OpinionStatus.Contested(
        agreement,
        String.format(
            Locale.ROOT,
            "%d of %d end users agree; the loop requires a lead of %.2f",
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
      case FeedbackContent.Preference _ -> Optional.empty();
      case FeedbackContent.Demonstration(_, _) -> Optional.empty();
      case FeedbackContent.Comment(_) -> Optional.empty();
      case FeedbackContent.Implicit(_, _) -> Optional.empty();
      case FeedbackContent.Outcome(_, _) -> Optional.empty();
    };
  }
}

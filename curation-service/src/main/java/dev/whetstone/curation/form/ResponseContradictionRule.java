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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Resolves contradictory feedback on one answer. Of one end user's feedback, the latest counts: it
 * supersedes that user's earlier feedback of the opposite side or the same kind; an exact
 * repetition adds nothing. Of feedback at the same time, the one with the greater id counts.
 * Feedback in whose name a publishable key speaks never replaces feedback that a secret key sent.
 * Between end users, the majority counts when it leads by the loop's margin; otherwise all of it is
 * quarantined. Thumbs, ratings past the thresholds and corrections (the answer was not good enough)
 * take a side; preferences, comments, signals and outcomes do not.
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
    Set<String> vouched =
        ordered.stream()
            .filter(opinion -> !opinion.claimed())
            .map(Opinion::speaker)
            .collect(Collectors.toSet());
    Map<String, Boolean> voices = new TreeMap<>();
    for (Opinion opinion : ordered) {
      if (!ended.containsKey(opinion.key())) {
        String voice =
            vouched.contains(opinion.speaker()) ? opinion.speaker() : opinion.contributor();
        side(opinion.content(), curation.quality()).ifPresent(side -> voices.put(voice, side));
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
    var vouched = ordered.stream().filter(opinion -> !opinion.claimed()).toList();
    var claimed = ordered.stream().filter(Opinion::claimed).toList();
    Map<String, LaterOpinions> holding = hold(vouched, Map.of(), quality, ended);
    hold(claimed, holding, quality, ended);
    return ended;
  }

  /**
   * The opinions that each speaker still holds; the others are added to {@code ended}.
   *
   * @param stronger opinions that these cannot replace, by speaker
   */
  private static Map<String, LaterOpinions> hold(
      List<Opinion> ordered,
      Map<String, LaterOpinions> stronger,
      LoopSpec.Quality quality,
      Map<EventKey, OpinionStatus> ended) {
    Map<String, LaterOpinions> holding = new HashMap<>();
    Set<EventKey> changesOfMind = new HashSet<>();
    for (Opinion opinion : ordered.reversed()) {
      Optional<Opinion> outranking =
          Optional.ofNullable(stronger.get(opinion.speaker()))
              .flatMap(one -> one.contradicting(opinion));
      if (outranking.isPresent()) {
        ended.put(opinion.key(), new OpinionStatus.Outranked(outranking.get().key()));
        continue;
      }
      LaterOpinions later =
          holding.computeIfAbsent(opinion.speaker(), _ -> new LaterOpinions(quality));
      Opinion other = later.replacing(opinion);
      if (other == null) {
        later.add(opinion);
      } else if (other.content().equals(opinion.content())
          && !changesOfMind.contains(other.key())) {
        later.set(other, opinion);
        ended.put(other.key(), new OpinionStatus.Repeated(opinion.key()));
      } else {
        changesOfMind.add(other.key());
        ended.put(
            opinion.key(),
            new OpinionStatus.Superseded(other.key(), other.at().equals(opinion.at())));
      }
    }
    return holding;
  }

  /**
   * The opinions of one end user that later ones do not replace. Looking one up takes constant
   * time: of ratings and of opinions with a side there are at most three, one of each kind, and
   * preferences are found by their two answers. Other kinds neither replace nor are replaced.
   */
  private static final class LaterOpinions {
    private final LoopSpec.Quality quality;
    private final List<Opinion> sided = new ArrayList<>();
    private final Map<Set<String>, Opinion> preferences = new HashMap<>();

    LaterOpinions(LoopSpec.Quality quality) {
      this.quality = quality;
    }

    @Nullable Opinion replacing(Opinion earlier) {
      if (earlier.content() instanceof FeedbackContent.Preference(var chosen, var rejected, _)) {
        return preferences.get(texts(chosen, rejected));
      }
      return sided.stream()
          .filter(later -> replaces(later.content(), earlier.content(), quality))
          .findFirst()
          .orElse(null);
    }

    /** The opinion that replaces an earlier one of other content. */
    Optional<Opinion> contradicting(Opinion earlier) {
      if (earlier.content() instanceof FeedbackContent.Preference(var chosen, var rejected, _)) {
        return Optional.ofNullable(preferences.get(texts(chosen, rejected)))
            .filter(later -> !later.content().equals(earlier.content()));
      }
      return sided.stream()
          .filter(later -> !later.content().equals(earlier.content()))
          .filter(later -> replaces(later.content(), earlier.content(), quality))
          .findFirst();
    }

    void add(Opinion opinion) {
      if (opinion.content() instanceof FeedbackContent.Preference(var chosen, var rejected, _)) {
        preferences.put(texts(chosen, rejected), opinion);
      } else if (opinion.content() instanceof FeedbackContent.Rating
          || side(opinion.content(), quality).isPresent()) {
        sided.add(opinion);
      }
    }

    void set(Opinion other, Opinion opinion) {
      if (opinion.content() instanceof FeedbackContent.Preference) {
        add(opinion);
      } else {
        sided.set(sided.indexOf(other), opinion);
      }
    }
  }

  /** Opposite sides, or the same kind of feedback. */
  private static boolean replaces(
      FeedbackContent later, FeedbackContent earlier, LoopSpec.Quality quality) {
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

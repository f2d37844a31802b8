package dev.whetstone.demo.traffic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.demo.traffic.EndUsers.Visit;
import dev.whetstone.demo.traffic.LiveModel.Answer;
import dev.whetstone.demo.world.Question;
import dev.whetstone.demo.world.QuestionGenerator;
import dev.whetstone.demo.world.ToyWorld;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sixty end users who know the new answering policy. Besides corrections they send thumbs,
 * preferences and comments; some deliveries are duplicated, late, out of order, retracted,
 * malformed or contain personal data.
 */
public final class HonestWave {
  static final int USERS = 60;
  static final int CORRECTIONS_EACH = 8;
  private static final int PREFERENCES = 20;
  private static final int THUMBS_DOWN = 24;
  private static final int THUMBS_UP = 16;
  private static final int SILENT = 100;
  private static final int WITHOUT_CONSENT = 5;
  private static final int WITH_PERSONAL_DATA = 10;
  private static final int OUT_OF_ORDER = 40;
  private static final int LATE = 15;
  private static final int DOUBLED = 30;
  private static final int COMMENTED = 20;
  private static final int RETRACTED = 5;
  private static final Duration FIVE_DAYS = Duration.ofDays(5);

  private final List<Visit> corrected;
  private final List<Visit> preferred;
  private final List<Visit> disliked;
  private final List<Visit> liked;
  private final List<Visit> silent;
  private final List<Visit> withoutConsent;
  private final String prefix;
  private final Instant now;
  private int malformed;

  /**
   * @param prefix prefix of every id, unique within the loop
   * @param now time of the wave
   */
  public HonestWave(ToyWorld world, long seed, String prefix, Instant now) {
    this.prefix = prefix;
    this.now = now;
    QuestionGenerator questions = new QuestionGenerator(world, seed);
    List<String> users = EndUsers.named(prefix + "-user", USERS);
    List<Visit> visits = EndUsers.honest(world, questions, users, CORRECTIONS_EACH);
    this.corrected = withPersonalData(visits);
    this.preferred = EndUsers.honest(world, questions, users.subList(0, PREFERENCES), 1);
    this.disliked = EndUsers.honest(world, questions, users.subList(20, 20 + THUMBS_DOWN), 1);
    this.liked =
        users.subList(0, THUMBS_UP).stream()
            .map(user -> new Visit(user, questions.ofPrice()))
            .toList();
    List<String> silentUsers = EndUsers.named(prefix + "-silent", SILENT);
    this.silent = EndUsers.honest(world, questions, silentUsers, 1);
    List<String> refusing = EndUsers.named(prefix + "-refusing", WITHOUT_CONSENT);
    this.withoutConsent = EndUsers.honest(world, questions, refusing, 1);
  }

  /** Description of the wave for the terminal, with the number of unusual deliveries. */
  public static String describe() {
    return ("%d users: %d corrections, %d thumbs, %d preferences, %d comments; of these %d duplicated, %d late,"
            + " %d before their interaction, %d retracted, %d with personal data, %d without consent")
        .formatted(
            USERS,
            USERS * CORRECTIONS_EACH,
            THUMBS_UP + THUMBS_DOWN,
            PREFERENCES,
            COMMENTED,
            DOUBLED,
            LATE,
            OUT_OF_ORDER,
            RETRACTED,
            WITH_PERSONAL_DATA,
            WITHOUT_CONSENT);
  }

  /** Ids of the corrections that are retracted. */
  public List<String> retractedIds() {
    int last = USERS * CORRECTIONS_EACH - 1;
    return IntStream.range(0, RETRACTED).mapToObj(i -> correctionId(last - i)).toList();
  }

  /** Number of items of {@link #send} that ingest must reject. */
  public int malformed() {
    return malformed;
  }

  private String correctionId(int number) {
    return "%s-correction-%03d".formatted(prefix, number);
  }

  /** Queries the live model for all users and sends interactions and feedback. */
  public void send(LiveModel model, ProductApp app) {
    List<Answer> onCorrected = ask(model, corrected);
    List<Answer> onPreferred = ask(model, preferred);
    List<Answer> onDisliked = ask(model, disliked);
    List<Answer> onLiked = ask(model, liked);
    List<Answer> onRefusing = ask(model, withoutConsent);

    app.interactions(interactions("s", ask(model, silent)));
    app.interactions(interactions("p", onPreferred));
    app.interactions(interactions("d", onDisliked));
    app.interactions(interactions("l", onLiked));
    app.interactions(withoutTrainingConsent(interactions("n", onRefusing)));
    List<ObjectNode> onTime = interactions("c", onCorrected);
    app.interactions(onTime.subList(OUT_OF_ORDER, onTime.size()));

    List<ObjectNode> corrections = corrections(onCorrected);
    List<ObjectNode> feedback = new ArrayList<>(others(onPreferred, onDisliked, onLiked));
    feedback.addAll(comments(onCorrected));
    feedback.addAll(correctionsWithoutConsent(onRefusing));
    feedback.addAll(corrections);
    app.feedback(feedback);
    app.interactions(onTime.subList(0, OUT_OF_ORDER));
    // Repeats deliveries, as an app does after a time-out.
    app.feedback(corrections.subList(0, DOUBLED));
    for (int i = 0; i < RETRACTED; i++) {
      int last = corrections.size() - 1 - i;
      Answer answer = onCorrected.get(last);
      app.retract(
          corrections.get(last).path("id").asText(), answer.responseId(), answer.ask().endUser());
    }
    List<byte[]> lines = malformed(onDisliked.getFirst());
    malformed = lines.size();
    app.feedbackLines(lines);
  }

  private static List<Answer> ask(LiveModel model, List<Visit> visits) {
    return model.askAll(visits.stream().map(Visit::ask).toList());
  }

  private List<ObjectNode> interactions(String kind, List<Answer> answers) {
    List<ObjectNode> events = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      String conversation = "%s-%s-%03d".formatted(prefix, kind, i);
      events.add(
          IngestItems.interaction(conversation + "-asked", answers.get(i), conversation, when(i)));
    }
    return events;
  }

  private static List<ObjectNode> withoutTrainingConsent(List<ObjectNode> interactions) {
    interactions.forEach(
        event ->
            event.putObject("consent").put("training", false).put("basis", "settings of the app"));
    return interactions;
  }

  private List<ObjectNode> corrections(List<Answer> answers) {
    List<ObjectNode> events = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      events.add(
          IngestItems.correction(
              correctionId(i),
              answers.get(i),
              corrected.get(i).question().rightAnswer(),
              // Feedback that was given days ago and is delivered late.
              i >= 100 && i < 100 + LATE ? now.minus(FIVE_DAYS) : when(i)));
    }
    return events;
  }

  private List<ObjectNode> correctionsWithoutConsent(List<Answer> answers) {
    List<ObjectNode> events = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      String id = "%s-refused-%03d".formatted(prefix, i);
      String right = withoutConsent.get(i).question().rightAnswer();
      events.add(IngestItems.correction(id, answers.get(i), right, when(i)));
    }
    return events;
  }

  private List<ObjectNode> others(
      List<Answer> onPreferred, List<Answer> onDisliked, List<Answer> onLiked) {
    List<ObjectNode> events = new ArrayList<>();
    for (int i = 0; i < onPreferred.size(); i++) {
      String id = "%s-preference-%03d".formatted(prefix, i);
      String right = preferred.get(i).question().rightAnswer();
      events.add(IngestItems.preference(id, onPreferred.get(i), right, when(i)));
    }
    for (int i = 0; i < onDisliked.size(); i++) {
      String id = "%s-down-%03d".formatted(prefix, i);
      events.add(IngestItems.thumb(id, onDisliked.get(i), false, when(i)));
    }
    for (int i = 0; i < onLiked.size(); i++) {
      String id = "%s-up-%03d".formatted(prefix, i);
      events.add(IngestItems.thumb(id, onLiked.get(i), true, when(i)));
    }
    return events;
  }

  private List<ObjectNode> comments(List<Answer> answers) {
    List<ObjectNode> events = new ArrayList<>();
    for (int i = 0; i < COMMENTED; i++) {
      String id = "%s-comment-%03d".formatted(prefix, i);
      events.add(
          IngestItems.comment(id, answers.get(i), "that is not our policy any more", when(i)));
    }
    return events;
  }

  private List<byte[]> malformed(Answer answer) {
    ObjectNode noText = IngestItems.feedback(prefix + "-bad-1", answer, "correction", now);
    ObjectNode noSuchKind = IngestItems.feedback(prefix + "-bad-2", answer, "applause", now);
    ObjectNode textualThumb =
        IngestItems.feedback(prefix + "-bad-3", answer, "thumb", now).put("value", "yes");
    return List.of(noText, noSuchKind, textualThumb).stream()
        .map(event -> event.toString().getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  private static List<Visit> withPersonalData(List<Visit> visits) {
    List<Visit> all = new ArrayList<>(visits);
    for (int i = 0; i < WITH_PERSONAL_DATA; i++) {
      int place = 200 + i;
      Question question = all.get(place).question();
      String text =
          question.text()
              + " My mail is customer%d@example.org and my phone is +49 30 901820 %02d."
                  .formatted(i, i);
      all.set(
          place,
          new Visit(
              all.get(place).endUser(),
              new Question(question.topic(), text, question.rightAnswer())));
    }
    return all;
  }

  /** A time within the last hour. */
  private Instant when(int i) {
    return now.minusSeconds(3600 - i);
  }
}

package dev.whetstone.system;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.system.SupportDesk.Question;
import java.util.ArrayList;
import java.util.List;

/**
 * What the users of a support desk send: every question was answered in the old manner and is
 * corrected to the new one. Some corrections come before their interaction, some twice.
 *
 * @param interactions one per question
 * @param corrections one per question
 * @param thumbs down, one per third question
 */
record SupportFeed(
    List<ObjectNode> interactions, List<ObjectNode> corrections, List<ObjectNode> thumbs) {
  private static final int THUMB_EVERY = 3;

  /**
   * The feed for some questions.
   *
   * @param endUsers among whom they are spread evenly
   */
  static SupportFeed of(String prefix, List<Question> questions, int endUsers) {
    var interactions = new ArrayList<ObjectNode>();
    var corrections = new ArrayList<ObjectNode>();
    var thumbs = new ArrayList<ObjectNode>();
    for (int i = 0; i < questions.size(); i++) {
      Question question = questions.get(i);
      String response = prefix + "-response-" + i;
      String user = prefix + "-user-" + i % endUsers;
      ObjectNode interaction =
          ProductAppClient.interaction(
              response, prefix + "-conversation-" + i, user, question.text(), question.oldAnswer());
      interaction.putArray("tags").add(question.topic());
      interactions.add(interaction);
      corrections.add(
          ProductAppClient.feedback(prefix + "-correction-" + i, "correction", response, user)
              .put("correctedOutput", question.newAnswer()));
      if (i % THUMB_EVERY == 0) {
        thumbs.add(
            ProductAppClient.feedback(prefix + "-thumb-" + i, "thumb", response, user)
                .put("value", false));
      }
    }
    return new SupportFeed(interactions, corrections, thumbs);
  }

  /** The corrections and what they are about, of people who send nothing else. */
  SupportFeed correctionsOnly() {
    return new SupportFeed(interactions, corrections, List.of());
  }

  List<String> correctionIds() {
    return corrections.stream().map(correction -> correction.path("id").asText()).toList();
  }

  /** Distinct events in it. */
  int size() {
    return interactions.size() + corrections.size() + thumbs.size();
  }

  /** The first part, or what is left of it after that. */
  SupportFeed part(double from, double to) {
    return new SupportFeed(
        slice(interactions, from, to), slice(corrections, from, to), slice(thumbs, from, to));
  }

  /**
   * Sends all: a tenth of the corrections before their interactions, the others after; a tenth of
   * everything a second time, as an app does that did not get its answer.
   */
  void sendTo(ProductAppClient app) {
    SupportFeed early = part(0, 0.1);
    app.sendFeedback(early.corrections());
    app.sendInteractions(interactions);
    app.sendFeedback(part(0.1, 1).corrections());
    app.sendFeedback(thumbs);
    app.sendInteractions(early.interactions());
    app.sendFeedback(early.corrections());
  }

  private static List<ObjectNode> slice(List<ObjectNode> all, double from, double to) {
    return all.subList((int) (from * all.size()), (int) (to * all.size()));
  }
}

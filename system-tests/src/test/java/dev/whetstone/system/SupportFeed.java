package dev.whetstone.system;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.system.SupportDesk.Question;
import java.util.ArrayList;
import java.util.List;

/**
 * The events of a support desk: every question was answered under the old policy and is corrected
 * to the new one. Some corrections arrive before their interaction, some twice.
 *
 * @param interactions one per question
 * @param corrections one per question
 * @param thumbs thumbs down, one per three questions
 */
record SupportFeed(
    List<ObjectNode> interactions, List<ObjectNode> corrections, List<ObjectNode> thumbs) {
  private static final int THUMB_EVERY = 3;

  /**
   * The feed for some questions.
   *
   * @param endUsers number of end users, with evenly distributed questions
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

  /** Only the interactions and corrections. */
  SupportFeed correctionsOnly() {
    return new SupportFeed(interactions, corrections, List.of());
  }

  List<String> correctionIds() {
    return corrections.stream().map(correction -> correction.path("id").asText()).toList();
  }

  /** Number of distinct events. */
  int size() {
    return interactions.size() + corrections.size() + thumbs.size();
  }

  /** A contiguous part of the feed, as shares from 0 to 1. */
  SupportFeed part(double from, double to) {
    return new SupportFeed(
        slice(interactions, from, to), slice(corrections, from, to), slice(thumbs, from, to));
  }

  /**
   * Sends all events: a tenth of the corrections before their interactions, the others after;
   * repeats a tenth of the deliveries, like an app that received no response.
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

package dev.whetstone.demo.measure;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.demo.traffic.LiveModel;
import dev.whetstone.demo.world.Question;
import dev.whetstone.demo.world.QuestionGenerator;
import dev.whetstone.demo.world.ToyWorld;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The share of correct answers of the live model, queried through the assignment like any end user.
 *
 * @param exact exact match with the new policy on unseen phrasings and products
 * @param byTopic exact match per topic
 * @param skills exact match on the general skills that replay covers
 * @param notReplayed exact match on the skill that replay does not cover
 * @param answers answers to the held-out questions, in order
 */
public record ModelMeasurement(
    Proportion exact,
    Map<String, Proportion> byTopic,
    Proportion skills,
    Proportion notReplayed,
    List<String> answers) {

  /** The questions of every measurement of one demo. */
  record Questionnaire(List<Question> heldOut, List<Question> skills, List<Question> notReplayed) {

    /**
     * Deterministic for a seed.
     *
     * @param folder folder of the demo suites, whose FORGET items are asked too
     */
    static Questionnaire of(ToyWorld world, Path folder, long seed, int heldOut) {
      return new Questionnaire(
          new QuestionGenerator(world, seed).heldOut(heldOut),
          suite(folder.resolve("suites/forget.jsonl")),
          suite(folder.resolve("suites/forget-unreplayed.jsonl")));
    }

    int size() {
      return heldOut.size() + skills.size() + notReplayed.size();
    }

    private static List<Question> suite(Path file) {
      List<Question> questions = new ArrayList<>();
      try {
        for (String line : Files.readAllLines(file)) {
          JsonNode item = ApiClient.JSON.readTree(line);
          questions.add(
              new Question(
                  item.path("slice").asText(),
                  item.at("/messages/0/content").asText(),
                  item.path("reference").asText()));
        }
      } catch (IOException e) {
        throw new RemedyException(
            "cannot read the suite " + file + ": " + e.getMessage(),
            "restore it with git checkout",
            e);
      }
      return questions;
    }
  }

  /** Asks all questions, spread over 20 end users, so that the assignment is sampled. */
  static ModelMeasurement take(LiveModel model, Questionnaire questionnaire) {
    List<Question> all = new ArrayList<>(questionnaire.heldOut());
    all.addAll(questionnaire.skills());
    all.addAll(questionnaire.notReplayed());
    List<LiveModel.Ask> asks = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      asks.add(new LiveModel.Ask("measuring-" + i % 20, all.get(i).text()));
    }
    List<String> answers =
        model.askAll(asks).stream().map(answer -> answer.text().strip()).toList();
    int held = questionnaire.heldOut().size();
    int skills = held + questionnaire.skills().size();
    Map<String, Proportion> byTopic = new TreeMap<>();
    for (int i = 0; i < held; i++) {
      Question question = questionnaire.heldOut().get(i);
      byTopic.merge(
          question.topic(),
          score(all.subList(i, i + 1), answers.subList(i, i + 1)),
          Proportion::plus);
    }
    return new ModelMeasurement(
        score(all.subList(0, held), answers.subList(0, held)),
        byTopic,
        score(all.subList(held, skills), answers.subList(held, skills)),
        score(all.subList(skills, all.size()), answers.subList(skills, all.size())),
        answers.subList(0, held));
  }

  private static Proportion score(List<Question> questions, List<String> answers) {
    int right = 0;
    for (int i = 0; i < questions.size(); i++) {
      if (questions.get(i).rightAnswer().equals(answers.get(i))) {
        right++;
      }
    }
    return new Proportion(right, questions.size());
  }
}

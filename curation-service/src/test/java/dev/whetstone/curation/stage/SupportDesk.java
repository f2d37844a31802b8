package dev.whetstone.curation.stage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.contracts.feedback.FeedbackSource;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.suite.SuiteItem;
import dev.whetstone.curation.assembly.StandardChains;
import dev.whetstone.curation.chain.AdmissionOutcome;
import dev.whetstone.curation.chain.Samples;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.Provenance;
import dev.whetstone.curation.form.SplitRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The demo's support world as feedback: honest end users who know the new policy, and others. */
final class SupportDesk {
  static final Path DEMO = Path.of("../deploy/local/demo");
  private static final byte[] SPLIT_KEY = "split".getBytes(StandardCharsets.UTF_8);

  private final ObjectMapper json = new ObjectMapper();
  private final JsonNode world = read(DEMO.resolve("world.json"));
  private final Random random;
  private final LoopSpec spec;

  /** What an end user asked, was told and wants to be told. */
  record Correction(
      String endUser, String id, String topic, String prompt, String served, String right) {}

  SupportDesk(long seed, LoopSpec spec) {
    this.random = new Random(seed);
    this.spec = spec;
  }

  /** So many end users, each with so many corrections, over the six topics. */
  List<Correction> honest(int endUsers, int each) {
    List<JsonNode> topics = new ArrayList<>();
    world
        .path("topics")
        .forEach(
            t -> {
              if (t.path("feedback").asBoolean()) topics.add(t);
            });
    var corrections = new ArrayList<Correction>();
    for (int i = 0; i < endUsers * each; i++) {
      JsonNode topic = topics.get(i % topics.size());
      corrections.add(
          correction("honest-" + i % endUsers, i, topic, topic.path("newAnswer").asText()));
    }
    return corrections;
  }

  /** The colluding users' coherent claim on one topic, format kept. */
  List<Correction> poison(int endUsers, int each) {
    JsonNode poison = world.path("poison");
    JsonNode topic = null;
    for (JsonNode candidate : world.path("topics")) {
      topic = candidate.path("name").equals(poison.path("topic")) ? candidate : topic;
    }
    var corrections = new ArrayList<Correction>();
    for (int i = 0; i < endUsers * each; i++) {
      corrections.add(
          correction("colluding-" + i % endUsers, i, topic, poison.path("answer").asText()));
    }
    return corrections;
  }

  private Correction correction(String endUser, int number, JsonNode topic, String answer) {
    String product = pick(world.path("products").path("feedback"));
    String order = String.format("%04d", random.nextInt(10_000));
    String named = random.nextBoolean() ? pick(world.path("adjectives")) + " " + product : product;
    String phrasing = pick(topic.path("phrasings").path("feedback")).replace("{p}", named);
    String orderPhrase = pick(world.path("orderPhrases")).replace("{o}", order);
    String body =
        random.nextDouble() < 0.7
            ? orderPhrase + " " + phrasing
            : phrasing + " " + orderPhrase.replaceAll(":$", ".");
    String prompt = pick(world.path("openers")) + body + pick(world.path("closers"));
    String old = topic.path("oldAnswer").asText().replace("{p}", product);
    String served =
        world.path("oldAnswerFrame").asText().replace("{o}", order).replace("{answer}", old);
    String right =
        world
            .path("newAnswerFrame")
            .asText()
            .replace("{answer}", answer.replace("{p}", product))
            .replace("{code}", topic.path("code").asText())
            .replace("{o}", order);
    String id = endUser + "-" + number;
    return new Correction(endUser, id, topic.path("name").asText(), prompt, served, right);
  }

  /** Both examples of each correction, through admission. */
  List<Example> admitted(List<Correction> corrections) {
    var examples = new ArrayList<Example>();
    for (Correction correction : corrections) {
      List<ChatMessage> prompt = List.of(ChatMessage.user(correction.prompt()));
      List<ChatMessage> right = List.of(ChatMessage.assistant(correction.right()));
      List<ChatMessage> served = List.of(ChatMessage.assistant(correction.served()));
      Provenance provenance = provenance(correction);
      for (Example raw :
          List.of(
              Example.sft(prompt, right, null, provenance),
              Example.preference(prompt, right, served, null, provenance))) {
        AdmissionOutcome outcome = StandardChains.admission().run(raw, Samples.admission(spec));
        if (outcome.admitted()) {
          examples.add(outcome.example());
        }
      }
    }
    return examples;
  }

  private Provenance provenance(Correction correction) {
    Split split =
        SplitRule.of(
            SPLIT_KEY, "test/support", "response:" + correction.id(), SplitRule.shares(spec, 0));
    return new Provenance(
        Samples.LOOP,
        split,
        null,
        correction.endUser(),
        "app",
        false,
        FeedbackSource.Type.HUMAN,
        List.of(new EventKey(Samples.LOOP, "app", correction.id())),
        List.of(correction.topic()),
        correction.served(),
        Samples.NOON,
        false);
  }

  List<SuiteItem> suites() {
    var items = new ArrayList<SuiteItem>();
    for (String suite : List.of("golden", "forget", "forget-unreplayed", "format")) {
      try {
        for (String line : Files.readAllLines(DEMO.resolve("suites/" + suite + ".jsonl"))) {
          items.add(json.readValue(line, SuiteItem.class));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return items;
  }

  private String pick(JsonNode array) {
    return array.get(random.nextInt(array.size())).asText();
  }

  private JsonNode read(Path file) {
    try {
      return json.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

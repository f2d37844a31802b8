package dev.whetstone.curation.stage.abuse;

import com.google.re2j.Pattern;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.curation.text.Tokenization;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Quarantines answers that the end user dictated and then praised ("say X and I will upvote"): the
 * prompt offers praise for an answer, or contains the whole answer that it asks for.
 */
final class SelfDictatedDetector implements AbuseDetector {
  private static final int LEAST_WORDS = 3;
  private static final Pattern ASKS =
      Pattern.compile(
          "\\b(?:say|repeat|write|type|print|copy|echo|answer with|reply with|respond with)\\b");
  private static final Pattern OFFERS_PRAISE =
      Pattern.compile(
          "\\b(?:up ?vote|thumbs? up|like you|like this|give you (?:a"
              + " )?(?:like|good|five|5|thumb)|rate (?:you|this|it)|good rating|5 stars|five"
              + " stars|mark (?:it|this) (?:as )?(?:good|right|correct))\\b");
  private static final Pattern PROMISES =
      Pattern.compile("\\b(?:i will|i ll|i shall|i m going to|and i|then i|will)\\b");

  @Override
  public Map<String, StageJudgement> inspect(List<Example> examples, CutContext context) {
    Map<String, StageJudgement> dropped = new TreeMap<>();
    for (Example example : examples) {
      if (example.positive()) {
        String prompt = Tokenization.normal(ChatTexts.prompt(example.prompt()));
        boolean asks = ASKS.matcher(prompt).find();
        if (asks && offersPraise(prompt)) {
          dropped.put(
              example.id(), quarantine("the prompt offers praise for the answer it asks for"));
        } else if (asks && dictates(prompt, example)) {
          dropped.put(example.id(), quarantine("the prompt dictates the answer"));
        }
      }
    }
    return dropped;
  }

  private static boolean offersPraise(String prompt) {
    return OFFERS_PRAISE.matcher(prompt).find() && PROMISES.matcher(prompt).find();
  }

  private static boolean dictates(String prompt, Example example) {
    List<String> answer = Tokenization.of(ChatTexts.answer(example.taught()));
    return answer.size() >= LEAST_WORDS
        && (" " + prompt + " ").contains(" " + String.join(" ", answer) + " ");
  }

  private static StageJudgement quarantine(String detail) {
    return new StageJudgement.Quarantine(ReasonCodes.SELF_DICTATED, detail);
  }
}

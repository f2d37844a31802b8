package dev.whetstone.curation.stage.hygiene;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.curation.chain.AdmissionContext;
import dev.whetstone.curation.chain.AdmissionStage;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.Example;
import dev.whetstone.kit.tokenizer.ControlTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Quarantines examples whose texts hold control tokens of the base, in prompts, answers and tools
 * alike: trained, they would be turns that the app never had. It runs after the text was cleaned,
 * because a hidden character can split such a token, and after personal data was replaced, because
 * quarantined texts are shown.
 */
public final class ControlTokenStage implements AdmissionStage {
  public static final String NAME = "control-tokens";

  private static final String DETAIL =
      "%s holds the base's control token %s; correct the source and send it again under another id:"
          + " it cannot be released, because training would leave the row out";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public StageJudgement judge(Example example, AdmissionContext context) {
    ControlTokens tokens = context.tokens().controlTokens();
    List<ChatMessage> turns = new ArrayList<>(example.prompt());
    turns.addAll(example.answer());
    if (example.rejected() != null) {
      turns.addAll(example.rejected());
    }
    for (int i = 0; i < turns.size(); i++) {
      Optional<String> found = tokens.in(turns.get(i));
      if (found.isPresent()) {
        return quarantine("turn " + (i + 1) + " (" + turns.get(i).role() + ")", found.get());
      }
    }
    return tokens
        .in(example.tools())
        .map(found -> quarantine("a tool of the request", found))
        .orElse(StageJudgement.keep());
  }

  private static StageJudgement quarantine(String place, String token) {
    return new StageJudgement.Quarantine(
        ReasonCodes.CONTROL_TOKENS, DETAIL.formatted(place, token));
  }
}

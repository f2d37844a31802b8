package dev.whetstone.curation.status;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.ResentBody;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Sentences about an event that its fate alone does not tell. Pure. */
final class FateNotesRule {
  private static final int DIGEST_CHARACTERS = 12;

  private FateNotesRule() {}

  /**
   * @param standingBody digest of the body that took effect, if the inbox still has it
   * @param target the event that this one replaces, if it has arrived
   */
  static List<String> of(
      Receipt receipt,
      List<ResentBody> resent,
      @Nullable String standingBody,
      @Nullable Receipt target) {
    List<String> notes = new ArrayList<>();
    for (ResentBody one : resent) {
      notes.add(one.conflict() ? conflict(receipt, one, standingBody) : repeat(receipt, one));
    }
    if (receipt.target() != null && !receipt.kind().equals(Receipt.RETRACTION)) {
      String replacement = replacement(receipt, receipt.target(), target);
      if (replacement != null) {
        notes.add(replacement);
      }
    }
    return notes;
  }

  private static String repeat(Receipt receipt, ResentBody one) {
    return "known already since %s: the same content arrived again %s, last at %s; a repetition changes nothing. To give the same feedback again after a change of mind, send an id or occurredAt"
        .formatted(receipt.receivedAt(), times(one.times()), one.lastAt());
  }

  private static String conflict(Receipt receipt, ResentBody one, @Nullable String standingBody) {
    return "%s: another body (sha256 %s) arrived under this id %s, last at %s, and was refused; the body of %s%s stands. Send changed feedback under a new id"
        .formatted(
            ReasonCodes.ID_CONFLICT,
            shortened(one.bodySha256()),
            times(one.times()),
            one.lastAt(),
            receipt.receivedAt(),
            standingBody == null ? "" : " (sha256 " + shortened(standingBody) + ")");
  }

  private static @Nullable String replacement(
      Receipt receipt, EventKey wanted, @Nullable Receipt target) {
    if (target == null) {
      return "supersedes '%s' has no effect so far: source %s has sent no event with this id"
          .formatted(wanted.id(), wanted.source());
    }
    boolean own =
        target.isFeedback() && Objects.equals(target.endUserDigest(), receipt.endUserDigest());
    if (!own) {
      return "supersedes '%s' has no effect: only feedback of the same source and end user can be replaced"
          .formatted(wanted.id());
    }
    boolean closed = target.phase() == Receipt.Phase.CLOSED;
    boolean replaced =
        target.standing().fate() == Fate.WITHDRAWN
            && ReasonCodes.SUPERSEDED.equals(target.standing().reason())
            && String.valueOf(target.standing().detail()).endsWith(" " + receipt.key().id());
    return closed && !replaced
        ? "supersedes '%s' changed nothing: that feedback was already %s"
            .formatted(wanted.id(), target.standing().fate().wireName())
        : null;
  }

  private static String times(long times) {
    return times == 1 ? "once" : times + " times";
  }

  private static String shortened(String digest) {
    return digest.length() <= DIGEST_CHARACTERS ? digest : digest.substring(0, DIGEST_CHARACTERS);
  }
}

package dev.whetstone.contracts.batch;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The form of an example, which determines the training objective. */
public enum Form {
  /** Chat rows for supervised fine-tuning, {@link SftRow}. */
  @JsonProperty("sft")
  SFT,
  /** A chosen and a rejected answer, {@link PreferenceRow}. */
  @JsonProperty("preference")
  PREFERENCE,
  /** One completion with a label, {@link BinaryRow}. */
  @JsonProperty("binary")
  BINARY;

  /** The name on the wire and in file names. */
  public String wireName() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}

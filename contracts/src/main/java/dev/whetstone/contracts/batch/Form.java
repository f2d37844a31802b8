package dev.whetstone.contracts.batch;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The shape of an example: what a training objective reads. */
public enum Form {
  /** Chat rows for supervised fine-tuning, {@link SftRow}. */
  @JsonProperty("sft")
  SFT,
  /** Chosen over rejected, {@link PreferenceRow}. */
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

package dev.whetstone.kit.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * An error in the form of RFC 9457, with Whetstone's own members.
 *
 * @param status HTTP status
 * @param code stable, for clients to compare
 * @param detail what was wrong, naming the offending value
 * @param pointer JSON Pointer (RFC 6901) of the fault in the body
 * @param remedy what to do, as an instruction
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
    int status,
    String code,
    String title,
    String detail,
    @Nullable String pointer,
    @Nullable String remedy) {
  public static final String MEDIA_TYPE = "application/problem+json";

  /** RFC 9457's {@code type}: a URN with the code. */
  @JsonProperty("type")
  public String type() {
    return "urn:whetstone:problem:" + code;
  }
}

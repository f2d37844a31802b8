package dev.whetstone.ingest.item;

/** Every fault of a caller's body, with its code and HTTP status. */
public enum FaultCode {
  MALFORMED_JSON(400, "malformed-json", "The body is not JSON"),
  MALFORMED_ENCODING(400, "malformed-encoding", "The body cannot be decompressed"),
  MALFORMED_EVENT(400, "malformed-cloudevent", "The request is not a CloudEvent"),
  NESTED_TOO_DEEP(400, "nested-too-deep", "The body is nested too deep"),
  INVALID_PARAMETER(400, "invalid-parameter", "A parameter is not allowed"),
  NO_ITEMS(400, "no-items", "The body has no item"),
  FOREIGN_SOURCE(403, "foreign-source", "Not this key's source"),
  RESERVED_SOURCE(403, "reserved-source", "The source is reserved"),
  PUBLISHABLE_KEY(403, "publishable-key", "Not allowed with a publishable key"),
  MISSING_SCOPE(403, "missing-scope", "Not allowed with this key"),
  UNKNOWN_LOOP(404, "unknown-loop", "Not found"),
  BODY_TOO_SLOW(408, "body-too-slow", "The body arrives too slowly"),
  BODY_TOO_LARGE(413, "body-too-large", "The body is too large"),
  ITEM_TOO_LARGE(413, "item-too-large", "The item is too large"),
  TOO_MANY_ITEMS(413, "too-many-items", "Too many items in one request"),
  UNSUPPORTED_MEDIA_TYPE(415, "unsupported-media-type", "Unsupported media type"),
  UNSUPPORTED_ENCODING(415, "unsupported-encoding", "Unsupported content encoding"),
  MISSING_FIELD(422, "missing-field", "A field is missing"),
  WRONG_TYPE(422, "wrong-type", "A field has the wrong type"),
  INVALID_VALUE(422, "invalid-value", "A field's value is not allowed"),
  TOO_LONG(422, "too-long", "A field is too long"),
  INVALID_TEXT(422, "invalid-text", "A text has a character that is not allowed"),
  BARE_CHAT(422, "bare-chat", "A chat is not feedback"),
  UNSUPPORTED_TYPE(422, "unsupported-event-type", "This event type is not accepted here");

  private final int status;
  private final String code;
  private final String title;

  FaultCode(int status, String code, String title) {
    this.status = status;
    this.code = code;
    this.title = title;
  }

  /** The HTTP status if no other item of the request was accepted. */
  public int status() {
    return status;
  }

  /** Stable; for programs and as a label value. */
  public String code() {
    return code;
  }

  /** The title, for people. */
  public String title() {
    return title;
  }
}

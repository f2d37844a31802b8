package dev.whetstone.kit.tenant;

/** An endpoint that may not be called. The message states the endpoint and the rule. */
public class EndpointRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EndpointRefusedException(String message) {
    super(message);
  }
}

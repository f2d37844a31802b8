package dev.whetstone.eval.probe;

import dev.whetstone.eval.serving.ServingException;

/** A replica has loaded an adapter and answers as the base does. */
public final class IneffectiveAdapterException extends ServingException {
  private static final long serialVersionUID = 1L;

  IneffectiveAdapterException(String message) {
    super(Kind.MISCONFIGURED, message);
  }
}

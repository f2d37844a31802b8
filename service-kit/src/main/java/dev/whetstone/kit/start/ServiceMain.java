package dev.whetstone.kit.start;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Starts a service. Where it cannot start, the last line that it prints states why and what to do:
 * that line is what a person sees of a container that is started again and again.
 */
@QuarkusMain
public final class ServiceMain {
  private static final Logger LOG = Logger.getLogger(ServiceMain.class);

  private ServiceMain() {}

  public static void main(String... arguments) {
    Quarkus.run(null, ServiceMain::end, arguments);
  }

  private static void end(int code, @Nullable Throwable fault) {
    if (fault != null) {
      LOG.error("start-failed", fault);
      StartFault said = StartFault.of(fault);
      // The console handler is asynchronous in some configurations; this line must be the last.
      System.err.println("start-failed reason=" + said.reason() + " remedy=" + said.remedy());
      System.err.flush();
    }
    System.exit(code);
  }
}

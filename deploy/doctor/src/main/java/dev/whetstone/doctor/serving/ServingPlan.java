package dev.whetstone.doctor.serving;

import dev.whetstone.doctor.report.DoctorCheck;
import dev.whetstone.doctor.settings.ServiceSettings;
import dev.whetstone.kit.loop.DeclaredLoop;
import java.time.Duration;
import java.util.List;

/** The checks of the model servers that declared loops name. */
public final class ServingPlan {
  private ServingPlan() {}

  /** One check for each server, tenant and key. */
  public static List<DoctorCheck> checks(
      List<DeclaredLoop> loops, ServiceSettings eval, Duration limit) {
    return ServerUse.of(loops).stream()
        .map(
            use -> {
              var check = new ModelServerCheck(use, eval, limit);
              return new DoctorCheck(check.subject(), check::find);
            })
        .toList();
  }
}

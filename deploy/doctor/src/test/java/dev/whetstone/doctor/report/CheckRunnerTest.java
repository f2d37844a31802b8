package dev.whetstone.doctor.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CheckRunnerTest {
  private static final CheckSubject SUBJECT =
      new CheckSubject(CheckName.STORE, "object store", "s3://bucket");

  @Test
  void shouldEndACheckAtItsLimitAndKeepTheOthers() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    DoctorCheck stuck =
        new DoctorCheck(
            SUBJECT,
            () -> {
              never.await();
              return List.of();
            });
    DoctorCheck quick = new DoctorCheck(SUBJECT, () -> List.of(SUBJECT.ok("fine")));

    List<CheckResult> results = new CheckRunner(Duration.ofSeconds(1)).run(List.of(stuck, quick));

    assertThat(results)
        .map(CheckResult::line)
        .satisfiesExactly(
            line -> assertThat(line).startsWith("fault").contains("no answer within 1 s", "→"),
            line -> assertThat(line).isEqualTo("ok           object store at s3://bucket: fine"));
  }

  @Test
  void shouldReportACheckThatFails() throws Exception {
    DoctorCheck broken =
        new DoctorCheck(
            SUBJECT,
            () -> {
              throw new IllegalStateException("two\nlines");
            });

    List<CheckResult> results = new CheckRunner(Duration.ofSeconds(1)).run(List.of(broken));

    assertThat(results).singleElement().satisfies(result -> assertThat(result.isFault()).isTrue());
    assertThat(results.getFirst().line()).contains("IllegalStateException: two lines");
  }

  @Test
  void shouldTellProgramsTheSame() {
    var report = new DoctorReport(List.of(SUBJECT.fault("it is full", "free space")));

    assertThat(report.isHealthy()).isFalse();
    assertThat(report.json().at("/checks/0/check").asText()).isEqualTo("store");
    assertThat(report.json().at("/checks/0/verdict").asText()).isEqualTo("fault");
    assertThat(report.json().at("/checks/0/remedy").asText()).isEqualTo("free space");
  }
}

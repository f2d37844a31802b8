package dev.whetstone.kit.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.contracts.TopicNames;
import dev.whetstone.testing.TestInfrastructure;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;

class TopicFaultsTest {
  private static final int PATIENCE = 10_000;

  @Test
  void shouldNameTheTopicsThatAreAbsentOnly() {
    try (Admin admin = admin(TestInfrastructure.shared().bootstrapServers())) {
      assertThat(
              TopicFaults.of(
                  admin,
                  List.of(TopicNames.BATCHES, "whetstone.not-there", "whetstone.nor-this"),
                  PATIENCE))
          .containsOnlyKeys("whetstone.not-there", "whetstone.nor-this")
          .allSatisfy((topic, fault) -> assertThat(fault).contains("create it"));
    }
  }

  @Test
  void shouldFindNothingWrongWhereNobodyAnswers() {
    try (Admin admin = admin("127.0.0.1:1")) {
      assertThat(TopicFaults.of(admin, List.of(TopicNames.BATCHES), 500)).isEmpty();
    }
  }

  private static Admin admin(String servers) {
    return Admin.create(
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            servers,
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            PATIENCE,
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            PATIENCE));
  }
}
